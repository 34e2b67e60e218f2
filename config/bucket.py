"""Documents in a bucket that speaks S3: Amazon's, or another's at an address of its own."""

from __future__ import annotations

from typing import Any

from config import environment as env


def storage(bucket: str) -> dict[str, Any]:
    """What Django's STORAGES takes for `bucket`: private, never over what is there, by the keys in the environment."""
    from botocore.config import Config  # only who has a bucket waits for its loading

    patience = Config(
        # Somebody waits for it: twice at most, then we say so.
        connect_timeout=3,
        read_timeout=10,
        retries={"total_max_attempts": 2, "mode": "standard"},
        s3={"addressing_style": "path" if env.text("FILES_ENDPOINT", "") else "auto"},
        # What others than Amazon speak: no checksums behind the body.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    options = {
        "bucket_name": bucket,
        "endpoint_url": env.text("FILES_ENDPOINT", "") or None,
        "region_name": env.text("FILES_REGION", "") or None,
        "access_key": env.text("FILES_KEY", "") or None,
        "secret_key": env.text("FILES_SECRET", "") or None,
        "client_config": patience,
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
