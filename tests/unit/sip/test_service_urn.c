/* Service URNs: RFC 5031's, and what only looks like them; and calls to them. */
#include <osmocom/core/utils.h>

#include "call/emergency.h"
#include "call/emergency_config.h"
#include "sip/text/service_urn.h"
#include "tests/unit/sip/rig_peer.h"

START_TEST(sos_and_what_is_below_it_is_help)
{
	static const struct {
		const char *url, *service; /* NULL: no such thing */
	} rows[] = {
		{ "urn:service:sos", "" },
		{ "URN:Service:SOS", "" },
		{ "urn:service:sos.police", ".police" },
		{ "urn:service:sos.police.municipal", ".police.municipal" },
		{ "urn:service:sos;x=y", "" },
		{ "urn:service:sosx", NULL },
		{ "urn:service:counseling", NULL },
		{ "urn:service", NULL },
		{ "urn:", NULL },
		{ "urn:a@service:sos", NULL },
		{ "urn:isbn:sos", NULL },
		{ "sip:service:sos", NULL },
		{ "sip:sos@service", NULL },
		{ "tel:112", NULL },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const url_t *url = url_make(home, rows[i].url);
		const char *service = url ? service_urn_sos(url) : NULL;

		ck_assert_msg(!service == !rows[i].service, "%s", rows[i].url);
		if (service)
			ck_assert_str_eq(service, rows[i].service);
	}
	su_home_deinit(home);
}
END_TEST

static void invite(struct rig *rig, const char *uri)
{
	peer_says(rig, "",
		  "INVITE %s SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK1\n"
		  "Max-Forwards: 70\nFrom: <sip:100@127.0.0.1>;tag=a\nTo: <%s>\n"
		  "Call-ID: 1\nCSeq: 1 INVITE\nContact: <sip:100@127.0.0.1:%u>\n",
		  uri, rig->peer.port, uri, rig->peer.port);
}

START_TEST(a_service_is_called_by_its_number)
{
	const struct emergency_config config = {
		.numbers = { { "112", "" }, { "110", "" } },
		.n_numbers = 2,
		.services[SERVICE_POLICE] = "110",
		.ways = { { TARGET_TRUNK, "line" } },
		.n_ways = 1,
	};
	struct rig rig;

	rig_open(&rig);
	call_hub_emergency(rig.hub, &config, NULL, 0);
	invite(&rig, "urn:service:sos.police");
	ck_assert_ptr_nonnull(rig.line.leg);
	ck_assert_str_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.called.digits, "110");
	ck_assert_uint_eq(mock_leg_told(&rig.line, LEG_SETUP)->setup.precedence, LEG_EMERGENCY);
	mock_leg_say(&rig.line, LEG_RELEASE, 16, false);
	rig_close(&rig);
}
END_TEST

START_TEST(without_emergency_numbers_it_is_not_found)
{
	struct rig rig;

	rig_open(&rig);
	invite(&rig, "urn:service:sos");
	peer_hears(&rig, "SIP/2.0 404 ");
	ck_assert_ptr_null(rig.line.leg);
	rig_close(&rig);
}
END_TEST

UNIT_MAIN("service_urn", sos_and_what_is_below_it_is_help, a_service_is_called_by_its_number,
	  without_emergency_numbers_it_is_not_found)
