/* Who is called, by two URIs. */
#include "sip/text/request_uri.h"

#include <string.h>

#include <sofia-sip/su_alloc.h>

/* The user without its parameters, as it is meant (RFC 3261 19.1.4); "": none. NULL without memory. */
static char *user_of(su_home_t *home, const url_t *url)
{
	char *user = su_strdup(home, url->url_user ? url->url_user : "");

	if (!user)
		return NULL;
	user[strcspn(user, ";")] = '\0';
	url_unescape(user, user);
	return user;
}

bool request_uri_same_user(const char *signed_uri, const url_t *url)
{
	su_home_t home[1] = { SU_HOME_INIT(home) };
	const char *said, *came;
	const url_t *read;
	bool same;

	su_home_init(home);
	read = url_make(home, signed_uri);
	said = read ? user_of(home, read) : NULL;
	came = user_of(home, url);
	same = said && came && (!*said || !*came || !strcmp(said, came));
	su_home_deinit(home);
	return same;
}
