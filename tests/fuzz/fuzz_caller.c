/* Who calls and who answers in a message from a stranger. The input is header lines. */
#include "sip/text/caller.c"

#include "tests/mock/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const sip_t *sip)
{
	static const struct number_policy own = {
		.format = NUMBER_E164,
		.country_code = "49",
		.international_prefix = "00",
		.national_prefix = "0",
		.own = { "49" },
		.n_own = 1,
	};
	struct caller_policy policy = { .numbers = &own };
	struct leg_setup setup = { 0 };
	struct leg_party party = { 0 };

	for (int believed = 0; believed < 2; believed++) {
		policy.believed = believed;
		caller_read(sip, &policy, &setup);
		if (!leg_is_number(setup.calling.digits) ||
		    memchr(setup.calling_name, 0, sizeof(setup.calling_name)) == NULL)
			__builtin_trap();
		if (caller_read_party(sip, &policy, &party) && !believed)
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	msg_t *msg = message_make((const char *)data, size);
	sip_t *sip = msg ? sip_object(msg) : NULL;

	if (sip && sip->sip_from)
		check(sip);
	msg_destroy(msg);
	return 0;
}
