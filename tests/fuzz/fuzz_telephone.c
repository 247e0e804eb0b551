/* The telephone number in a URI from a stranger, with all that it says, and back again. */
#include "sip/text/telephone.c"

#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(su_home_t *home, const struct telephone *telephone)
{
	char user[TELEPHONE_USER_MAX], uri[TELEPHONE_USER_MAX + 16];
	struct telephone back;

	if (!leg_is_number(telephone->number.digits) ||
	    !leg_is_number(telephone->transit.routing.digits) ||
	    telephone->subaddress.len > LEG_SUBADDRESS_MAX)
		__builtin_trap();
	telephone_write(telephone, user);
	snprintf(uri, sizeof(uri), "sip:%s@gw", user);
	url_t *url = url_make(home, uri);
	if (!url || telephone_read(url, &back) ||
	    strcmp(back.number.digits, telephone->number.digits) != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	struct telephone telephone;

	su_home_init(home);
	char *text = su_strndup(home, (const char *)data, (isize_t)size);
	url_t *url = url_make(home, text);
	if (url && !telephone_read(url, &telephone))
		check(home, &telephone);
	su_home_deinit(home);
	return 0;
}
