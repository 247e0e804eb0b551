/* `show sip transports`, and the reading of certificates at once. */
#include <time.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "sip/sip_transports.h"

#define SIP_STR "SIP\n"

static const struct table_column socket_columns[] = {
	{ "transport", "SOCKET" },
	{ "address", "ADDRESS" },
	{ "name", "NAME" },
	{ "leaves", "LEAVES" },
};

static const struct table_column connection_columns[] = {
	{ "transport", "CONNECTION" },
	{ "address", "WITH" },
	{ "accepted", "ACCEPTED" },
	{ "age_s", "AGE S" },
};

static const struct table_column certificate_columns[] = {
	{ "name", "CERTIFICATE" }, { "subject", "SUBJECT" }, { "issuer", "ISSUER" },
	{ "expires", "EXPIRES" },  { "stale", "STALE" },     { "file", "FILE" },
};

static bool add_socket(void *data, const struct sip_socket_status *s)
{
	json_array_append_new(data, json_pack("{s:s, s:s, s:s, s:b}", "transport", s->transport,
					      "address", s->address, "name", s->name, "leaves",
					      s->leaves));
	return true;
}

static bool add_connection(void *data, const struct sip_connection_status *c)
{
	json_array_append_new(data, json_pack("{s:s, s:s, s:b, s:i}", "transport", c->transport,
					      "address", c->address, "accepted", c->accepted,
					      "age_s", (int)c->age_s));
	return true;
}

static json_t *day(int64_t when_s)
{
	time_t when = when_s;
	struct tm tm;
	char text[32];

	if (!when_s)
		return json_null();
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&when, &tm));
	return json_string(text);
}

static bool add_certificate(void *data, const struct sip_certificate_status *c)
{
	json_array_append_new(data,
			      json_pack("{s:s, s:s*, s:s*, s:o, s:b, s:s*}", "name", c->name,
					"subject", c->subject, "issuer", c->issuer, "expires",
					day(c->expires_s), "stale", c->stale, "file", c->file));
	return true;
}

static json_t *totals(void)
{
	struct sip_transport_totals t;

	sip_transport_totals(&t);
	return json_pack("{s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "connections",
			 (int)t.connections, "accepted", (int)t.accepted, "opened",
			 (json_int_t)t.opened, "refused", (json_int_t)t.refused, "mute",
			 (json_int_t)t.mute, "unanswered", (json_int_t)t.unanswered, "tls_accepted",
			 (json_int_t)t.tls_accepted, "tls_connected", (json_int_t)t.tls_connected,
			 "tls_failed", (json_int_t)t.tls_failed, "tls_unverified",
			 (json_int_t)t.tls_unverified);
}

DEFUN(show_sip_transports, show_sip_transports_cmd, "show sip transports [json]",
      SHOW_STR SIP_STR "Sockets, connections, certificates and what became of them\n"
		       "As JSON, for programs\n")
{
	json_t *sockets = json_array(), *connections = json_array(), *certificates = json_array();
	json_t *counted = totals();

	if (cli_gateway())
		sip_sockets_each(cli_gateway()->sip, add_socket, sockets);
	sip_connections_each(add_connection, connections);
	sip_certificates_each(add_certificate, certificates);
	if (argc > 0) {
		json_t *all =
			json_pack("{s:O, s:O, s:O, s:O}", "sockets", sockets, "connections",
				  connections, "certificates", certificates, "totals", counted);

		json_out(vty, all);
		json_decref(all);
	} else {
		table_out(vty, sockets, socket_columns, ARRAY_SIZE(socket_columns), "No sockets.");
		table_out(vty, connections, connection_columns, ARRAY_SIZE(connection_columns),
			  "No connections.");
		table_out(vty, certificates, certificate_columns, ARRAY_SIZE(certificate_columns),
			  "No certificates.");
		record_out(vty, counted);
	}
	json_decref(sockets);
	json_decref(connections);
	json_decref(certificates);
	json_decref(counted);
	return CMD_SUCCESS;
}

DEFUN(sip_reload, sip_reload_cmd, "sip reload certificates",
      SIP_STR "Reads files again\n"
	      "Certificates, keys and CAs of TLS; by themselves they are read when they change\n")
{
	sip_reload_certificates();
	return CMD_SUCCESS;
}

void show_transports_install(void)
{
	cli_install(&show_sip_transports_cmd);
	cli_install_action(&sip_reload_cmd);
}
