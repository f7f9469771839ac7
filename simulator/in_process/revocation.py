"""Knowledge of revocation in memory, merged and bounded as the ledger's table does."""

import json
import threading
from collections import deque
from collections.abc import Mapping

from notation_verifier.revocation import RevocationMemory
from sealward.ledger.revocation_items import by_shard, from_document, to_document
from sealward.ports.failures import PortError


class InProcessRevocationLedger:
    """``sealward.ports.revocation.RevocationLedger`` in memory.

    ``failures`` holds errors the next calls raise, one each.
    """

    def __init__(self) -> None:
        self.failures: deque[PortError] = deque()
        self.writes = 0
        self._shards: dict[str, str] = {}
        self._lock = threading.Lock()

    @property
    def shards(self) -> Mapping[str, str]:
        """What is stored, as JSON."""
        return dict(self._shards)

    def recall(self) -> RevocationMemory | None:
        """See the port."""
        self._fail()
        memory: RevocationMemory | None = None
        for text in self._shards.values():
            shard = from_document(json.loads(text))
            memory = shard if memory is None else memory.merged(shard)
        return memory

    def learn(self, memory: RevocationMemory) -> None:
        """See the port."""
        self._fail()
        with self._lock:
            for name, learnt in by_shard(memory).items():
                text = self._shards.get(name)
                stored = from_document(json.loads(text)) if text else RevocationMemory()
                merged = by_shard(stored.merged(learnt))[name]
                if merged != stored:
                    self._shards[name] = json.dumps(to_document(merged))
                    self.writes += 1

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.popleft()
