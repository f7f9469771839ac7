"""AWS STS's answers about who signed a request: what may be repeated of them."""

import traceback

import botocore.session
import pytest
from botocore.stub import Stubber

from sealward.aws.caller_identity import StsCallers
from sealward.operate.proofs import Proof
from sealward.ports.failures import Denied, PortError, Unavailable

TOKEN = "FwoGZXIvYXdzEXAMPLETOKEN"
QUOTED = (
    "The Canonical String for this request should have been 'POST\n/\n\n"
    f"x-amz-security-token:{TOKEN}\n'"
)
PROOF = Proof(
    authorization="AWS4-HMAC-SHA256 ...", date="20270115T030000Z", token=TOKEN
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("SignatureDoesNotMatch", Denied), ("SomethingElse", Unavailable)],
)
def test_what_sts_quotes_gets_into_no_log(code: str, kind: type[PortError]) -> None:
    session = botocore.session.Session()
    session.set_credentials("AKIAEXAMPLE", "secret")
    client = session.create_client("sts", region_name="us-east-1")
    callers = StsCallers(client)
    with Stubber(client) as stubber:
        stubber.add_client_error(
            "get_caller_identity", service_error_code=code, service_message=QUOTED
        )
        with pytest.raises(kind) as caught:
            callers.caller("{}", PROOF)
    shown = "".join(traceback.format_exception(caught.value))
    assert code in str(caught.value)
    assert TOKEN not in shown
    assert "Canonical" not in shown
