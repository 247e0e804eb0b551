/* What a transfer, who asked for it, how it went, a redirection and an INFO say. The input's first octet chooses which; the rest is the header's value,
 * or the body. */
#include "sip/text/contacts.c"
#include "sip/text/dtmf_relay.c"
#include "sip/text/refer_to.c"
#include "sip/text/referred_by.c"
#include "sip/text/sipfrag.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_refer_to(su_home_t *home, const char *text)
{
	const sip_refer_to_t *to = sip_refer_to_make(home, text);
	struct refer_to out;

	if (to && !refer_to_read(to, &out) &&
	    (!leg_is_number(out.called.digits) || (!*out.called.digits && !*out.replaces)))
		__builtin_trap();
}

static void read_contacts(su_home_t *home, const char *text)
{
	struct contacts out;

	contacts_read(sip_contact_make(home, text), &out);
	if (out.n > CONTACTS_MAX)
		__builtin_trap();
	for (size_t i = 0; i < out.n; i++) {
		if (!*out.uri[i] || strnlen(out.uri[i], CONTACT_URI_MAX) == CONTACT_URI_MAX)
			__builtin_trap();
	}
}

static void read_referred_by(su_home_t *home, const char *text)
{
	char out[LEG_REFERRER_MAX];

	referred_by_read(sip_referred_by_make(home, text), out);
	if (strnlen(out, sizeof(out)) == sizeof(out) || strpbrk(out, "<>\" \r\n"))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const char *body = (const char *)data + 1;

	if (!size)
		return 0;
	su_home_init(home);
	const char *text = su_strndup(home, body, (isize_t)(size - 1));
	switch ((unsigned)(data[0] - '0') % 6) {
	case 0:
		read_refer_to(home, text);
		break;
	case 1:
		read_contacts(home, text);
		break;
	case 2:
		refer_to_replaces(home, text);
		break;
	case 5:
		read_referred_by(home, text);
		break;
	case 4:
		if (sipfrag_status(body, size - 1) > 699)
			__builtin_trap();
		break;
	default:
		if (dtmf_relay_read(body, size - 1) > 127 || dtmf_read(body, size - 1) > 127)
			__builtin_trap();
	}
	su_home_deinit(home);
	return 0;
}
