"""The demo's images and signatures as OCI layouts, and what makes them."""
