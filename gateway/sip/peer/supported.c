/* Extensions by option tag. */
#include "sip/peer/supported.h"

#include <stdio.h>

#include <sofia-sip/sip_header.h>

bool supported_transfer(const struct peer_config *config)
{
	switch (config->transfer.refer) {
	case REFER_ALLOW:
		return true;
	case REFER_REFUSE:
		return false;
	default:
		return config->trusted;
	}
}

const char *supported_text(const struct peer_config *config, char out[static SUPPORTED_MAX])
{
	const struct session_policy *session = &config->session;

	snprintf(out, SUPPORTED_MAX, "%s%s%s199", session->rel100 != REL100_OFF ? "100rel, " : "",
		 session->timer_s ? "timer, " : "",
		 supported_transfer(config) ? "replaces, norefersub, " : "");
	return out;
}

int supported_check(const struct peer_config *config, nta_incoming_t *irq, const sip_t *sip)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	char text[SUPPORTED_MAX];
	int status;

	if (!sip->sip_require)
		return 0;
	su_home_init(home);
	status =
		nta_check_required(irq, sip, sip_supported_make(home, supported_text(config, text)),
				   SIPTAG_SERVER_STR(AGENT_NAME), TAG_END());
	su_home_deinit(home);
	return status;
}
