"""A mail server that keeps what it is given, one file a message (Debian: python3-aiosmtpd)."""
import argparse
import asyncio
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, required=True)
options.add_argument("--dir", required=True)
options.add_argument("--ascii", action="store_true")
options.add_argument("--cert")
options.add_argument("--key")
options.add_argument("--implicit", action="store_true")
options.add_argument("--starttls", action="store_true")
options.add_argument("--login", action="store_true")
options = options.parse_args()

class Keeper:
    number = 0

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        Keeper.number += 1
        name = os.path.join(options.dir, f"{Keeper.number:06}")
        told = {"from": "" if envelope.mail_from == "<>" else envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None or options.implicit,
                "login": bool(session.authenticated)}
        with open(name + ".json", "w") as file:
            json.dump(told, file)
        with open(name + ".tmp", "wb") as file:
            file.write(envelope.original_content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(name + ".tmp", name + ".eml")
        return "250 2.0.0 kept"


def let_in(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"support" and data.password == b"secret"
    return AuthResult(success=good, handled=False)


async def serve():
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    settings = dict(hostname="sink.example", auth_require_tls=False, enable_SMTPUTF8=not options.ascii)
    if options.starttls:
        settings.update(tls_context=context, require_starttls=True)
    if options.login:
        settings.update(authenticator=let_in, auth_required=True)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Keeper(), **settings), host="127.0.0.1", port=options.port, ssl=context if options.implicit else None)
    open(os.path.join(options.dir, "ready"), "w").close()
    await server.serve_forever()


asyncio.run(serve())
