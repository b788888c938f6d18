"""Sending text messages: `std.notify.SendSms`, through a gateway that speaks HTTP."""

from collections.abc import Mapping

from attrs import frozen

from dro_lang.runtime.configuration.model import TextGateway
from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.failures import INVALID_RESPONSE, ActionError, Failure
from dro_lang.runtime.outside.web.answers import at, data_of, failure_in, succeeded
from dro_lang.runtime.outside.web.server import Servers


@frozen
class SendSms:
    gateway: TextGateway
    servers: Servers

    def __call__(self, *, to: str, text: str, call: Call) -> Mapping[str, str]:
        """Gives the id that the gateway has for the message. Raises ActionError."""
        gateway = self.gateway
        fixed = {name: value if isinstance(value, str) else value.reveal() for name, value in gateway.fields.items()}
        fields = {**fixed, gateway.to: to, gateway.text: text}
        response = self.servers.of(gateway.endpoint).request(
            "POST",
            gateway.endpoint.url,
            headers={"Idempotency-Key": call.key},
            data=fields if gateway.form else None,
            json=None if gateway.form else fields,
        )
        if isinstance(response, Failure):
            raise ActionError(response.code, response.detail)
        if not succeeded(response):
            failure = failure_in(response, gateway.error_code, {})
            raise ActionError(failure.code, failure.detail)
        found = at(data_of(response), gateway.message_id)
        if not isinstance(found, str) or not found:
            raise ActionError(INVALID_RESPONSE, f"there is no id at `{gateway.message_id}` in the gateway's answer")
        return {"message_id": str(found)}
