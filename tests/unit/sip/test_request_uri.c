/* The uri that a digest signs, and the Request-URI: which differences matter (RFC 3261 22.4, RFC 7616 3.4.6). */
#include <osmocom/core/utils.h>
#include <sofia-sip/su_alloc.h>

#include "sip/text/request_uri.h"
#include "tests/unit/unit.h"

START_TEST(user_is_what_counts)
{
	static const struct {
		const char *said, *came;
		bool same;
	} rows[] = {
		{ "sip:600@gw", "sip:600@gw", true },
		{ "sip:600@192.0.2.1", "sips:600@gw.example:5061;transport=tls;user=phone", true },
		{ "sip:600;phone-context=gw@gw", "sip:600@gw", true },
		{ "sip:600:pw@gw", "sip:600@gw", true },
		{ "sip:%36%300@gw", "sip:600@gw", true },
		{ "tel:+4930;isub=1", "sip:+4930@gw", true },
		{ "sip:+4930@gw", "tel:+4930", true },
		{ "sip:601@gw", "sip:600@gw", false },
		{ "sip:60@gw", "sip:600@gw", false },
		{ "sip:6000@gw", "sip:600@gw", false },
		{ "sip:Anna@gw", "sip:anna@gw", false }, /* RFC 3261 19.1.4 */
		{ "tel:+4931", "sip:+4930@gw", false },
		{ "sip:gw", "sip:600@gw", true }, /* who signs no user */
		{ "sip:anna@gw", "sip:gw", true },
		{ "sip:gw", "sip:other", true },
		{ "sip:600@gw", "urn:service:sos", true },
		{ "", "sip:600@gw", false },
	};
	su_home_t home[1] = { SU_HOME_INIT(home) };

	su_home_init(home);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const url_t *url = url_make(home, rows[i].came);

		ck_assert_ptr_nonnull(url);
		ck_assert_msg(request_uri_same_user(rows[i].said, url) == rows[i].same, "%s and %s",
			      rows[i].said, rows[i].came);
	}
	su_home_deinit(home);
}
END_TEST

UNIT_MAIN("request-uri", user_is_what_counts)
