/* Who asks: tokens are compared by their SHA-256, passwords by crypt(3) once, then a random cookie stands for them. */
#include "manage/http/access.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <osmocom/core/utils.h>

#include "base/bucket.h"
#include "base/clock.h"
#include "base/log.h"
#include "manage/http/fields.h"
#include "manage/http/request.h"

#define COOKIE "crosspoint"
#define SECOND_US UINT64_C(1000000)

/* "[2001:db8::1]:8080" to "2001:db8::1", "gw.example.com:8080" to "gw.example.com". */
static bool host_of(const char *field, char *out, size_t size)
{
	const bool literal = *field == '[';
	size_t len;

	field += literal;
	len = strcspn(field, literal ? "]" : ":");
	if (!len || len >= size)
		return false;
	memcpy(out, field, len);
	out[len] = '\0';
	return true;
}

static bool is_address(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

bool access_host(const struct access *access, const struct http_request *request,
		 struct http_reply *reply)
{
	char host[HTTP_HOST_MAX];

	if (!request->host || !host_of(request->host, host, sizeof(host))) {
		reply_error(reply, 400, "Host", "the name in the URL",
			    "the field Host is missing or no name");
		return false;
	}
	/* A name that another site owns is never an address. */
	if (is_address(host) || strcasecmp(host, "localhost") == 0)
		return true;
	for (size_t i = 0; i < access->config->n_hosts; i++)
		if (strcasecmp(access->config->hosts[i], host) == 0)
			return true;
	reply_error(reply, 421, "Host", "an address, localhost, or a name of `host` in http",
		    "\"%s\" is no name of this gateway", host);
	return false;
}

static bool token_enters(const struct access *access, struct http_request *request,
			 const char *token)
{
	uint8_t sha256[HTTP_TOKEN_OCTETS];

	SHA256((const uint8_t *)token, strlen(token), sha256);
	for (size_t i = 0; i < access->config->n_tokens; i++) {
		const struct http_token_config *known = &access->config->tokens[i];

		if (CRYPTO_memcmp(known->sha256, sha256, sizeof(sha256)) != 0)
			continue;
		request->who = known->name;
		request->role = known->role;
		return true;
	}
	return false;
}

static struct access_session *session_of(struct access *access, const struct http_request *request)
{
	char key[ACCESS_KEY_HEX];

	if (!field_cookie(request->cookie, COOKIE, key, sizeof(key)) ||
	    strlen(key) != ACCESS_KEY_HEX - 1)
		return NULL;
	for (size_t i = 0; i < ACCESS_SESSIONS_MAX; i++)
		if (CRYPTO_memcmp(access->sessions[i].key, key, ACCESS_KEY_HEX) == 0)
			return &access->sessions[i];
	return NULL;
}

static const struct http_user_config *user_named(const struct access *access, const char *name)
{
	for (size_t i = 0; i < access->config->n_users; i++)
		if (strcmp(access->config->users[i].name, name) == 0)
			return &access->config->users[i];
	return NULL;
}

/* Whose session it is; NULL: it has ended. */
static const struct http_user_config *user_as_he_was(const struct access *access,
						     const struct access_session *session)
{
	const struct http_user_config *user = user_named(access, session->user.name);

	if (!user || memcmp(user, &session->user, sizeof(*user)) != 0 ||
	    clock_now_us() - session->used_us > ACCESS_IDLE_S * SECOND_US)
		return NULL;
	return user;
}

bool access_lasts(const struct access *access, uint64_t session)
{
	for (size_t i = 0; session && i < ACCESS_SESSIONS_MAX; i++)
		if (access->sessions[i].number == session)
			return user_as_he_was(access, &access->sessions[i]);
	return !session;
}

static bool session_enters(struct access *access, struct http_request *request)
{
	struct access_session *session = session_of(access, request);
	const struct http_user_config *user;

	if (!session)
		return false;
	user = user_as_he_was(access, session);
	if (!user) {
		memset(session, 0, sizeof(*session));
		return false;
	}
	session->used_us = clock_now_us();
	request->session = session->number;
	request->who = user->name;
	request->role = user->role;
	return true;
}

/* A field Authorization that is wrong is not passed over. */
static bool identify(struct access *access, struct http_request *request)
{
	static const char scheme[] = "Bearer ";

	request->session = 0;
	request->who = NULL;
	request->role = HTTP_NOBODY;
	if (request->authorization)
		return strncasecmp(request->authorization, scheme, sizeof(scheme) - 1) == 0 &&
		       token_enters(access, request, request->authorization + sizeof(scheme) - 1);
	if (session_enters(access, request))
		return true;
	request->who = "anonymous";
	request->role = access->config->anonymous;
	return request->role != HTTP_NOBODY;
}

/* Browsers send cookies, and what a form says, wherever a page of another site tells them to; a field of another
 * name only after having asked us, whom they ask in vain. */
static bool own_page(const struct http_request *request, struct http_reply *reply)
{
	const char *origin = request->origin ? strstr(request->origin, "://") : NULL;

	if (!request->authorization && !request->marker) {
		reply_error(reply, 403, "X-Crosspoint", "1",
			    "what changes something needs the field X-Crosspoint or a token");
		return false;
	}
	if (request->origin &&
	    (!origin || !request->host || strcasecmp(origin + 3, request->host) != 0)) {
		reply_error(reply, 403, "Origin", "a page of this gateway",
			    "this comes from a page of another site");
		return false;
	}
	return true;
}

static bool is_json(const struct http_request *request, struct http_reply *reply)
{
	static const char type[] = "application/json";
	const char *said = request->content_type;

	if (!request->body_len)
		return true;
	if (said && strncasecmp(said, type, sizeof(type) - 1) == 0 &&
	    !isalnum((unsigned char)said[sizeof(type) - 1]))
		return true;
	reply_error(reply, 415, "Content-Type", type, "the body is no JSON by its type");
	return false;
}

bool access_suffices(const struct http_request *request, enum http_role at_least,
		     struct http_reply *reply)
{
	if (request->role >= at_least)
		return true;
	reply_error(reply, 403, NULL, http_role_name(at_least), "%s is %s, which does not suffice",
		    request->who, http_role_name(request->role));
	return false;
}

bool access_enter(struct access *access, struct http_request *request, enum http_role at_least,
		  bool changes, struct http_reply *reply)
{
	if (!identify(access, request)) {
		reply_error(reply, 401, request->authorization ? "Authorization" : NULL,
			    "Authorization: Bearer TOKEN, or a session of /api/v1/session",
			    request->authorization ? "nobody has this token"
						   : "who asks is not known");
		return false;
	}
	if (!access_suffices(request, at_least, reply))
		return false;
	return !changes || (own_page(request, reply) && is_json(request, reply));
}

static struct access_source *source_of(struct access *access, const struct http_request *request)
{
	struct access_source *best = &access->sources[0];

	for (size_t i = 0; i < ACCESS_SOURCES_MAX; i++) {
		struct access_source *source = &access->sources[i];

		if (source->tried_us &&
		    memcmp(source->address, request->source, sizeof(source->address)) == 0)
			return source;
		if (source->tried_us < best->tried_us)
			best = source;
	}
	memset(best, 0, sizeof(*best));
	memcpy(best->address, request->source, sizeof(best->address));
	return best;
}

/* What one source has used up is no loss to the others; what all may is bounded all the same. */
static bool may_try(struct access *access, const struct http_request *request)
{
	static const struct rate of_one = { .per_s = 1, .burst = ACCESS_TRIES };
	static const struct rate of_all = { .per_s = ACCESS_ALL_TRIES_S,
					    .burst = ACCESS_ALL_TRIES };
	struct access_source *source = source_of(access, request);
	const uint64_t now = clock_now_us();

	source->tried_us = now;
	return bucket_take(&source->tries_us, &of_one, now) &&
	       bucket_take(&access->tries_us, &of_all, now);
}

/* A user that there is not takes as long. */
static bool password_fits(const struct http_user_config *user, const char *password)
{
	static const char nobodys[] = "$6$nobodynobodynobo$";
	const char *hash = user ? user->hash : nobodys;
	struct crypt_data data = { 0 };
	const char *got = crypt_r(password, hash, &data);
	bool fits = user && got && strlen(got) == strlen(hash) &&
		    CRYPTO_memcmp(got, hash, strlen(hash)) == 0;

	OPENSSL_cleanse(&data, sizeof(data));
	return fits;
}

static struct access_session *session_free_or_oldest(struct access *access)
{
	struct access_session *best = &access->sessions[0];

	for (size_t i = 1; i < ACCESS_SESSIONS_MAX; i++)
		if (access->sessions[i].used_us < best->used_us)
			best = &access->sessions[i];
	return best;
}

static void set_cookie(const struct http_request *request, struct http_reply *reply,
		       const char *key, unsigned age_s)
{
	snprintf(reply->cookie, sizeof(reply->cookie),
		 COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%u%s", key, age_s,
		 request->secure ? "; Secure" : "");
}

static void say_who(const struct http_request *request, struct http_reply *reply)
{
	reply_json(reply, 200,
		   json_pack("{s:s, s:s}", "who", request->who, "role",
			     http_role_name(request->role)));
}

static bool session_begin(struct access *access, const struct http_user_config *user,
			  const struct http_request *request, struct http_reply *reply)
{
	struct access_session *session = session_free_or_oldest(access);
	uint8_t key[ACCESS_KEY_OCTETS];

	if (getrandom(key, sizeof(key), GRND_NONBLOCK) != sizeof(key))
		return false;
	osmo_hexdump_buf(session->key, sizeof(session->key), key, sizeof(key), NULL, false);
	session->number = ++access->n_sessions;
	session->user = *user;
	session->used_us = clock_now_us();
	set_cookie(request, reply, session->key, ACCESS_IDLE_S);
	return true;
}

static void sign_in(struct access *access, const char *name, const char *password,
		    const struct http_request *request, struct http_reply *reply)
{
	const struct http_user_config *user = user_named(access, name);

	if (!may_try(access, request)) {
		reply->retry_after_s = 1;
		reply_error(reply, 429, NULL, NULL, "too many passwords were tried; wait a second");
		return;
	}
	if (!password_fits(user, password)) {
		LOGP(DMANAGE, LOGL_NOTICE, "HTTP: a wrong password, or no user of that name\n");
		reply_error(reply, 401, NULL, NULL, "user or password is wrong");
		return;
	}
	if (!session_begin(access, user, request, reply)) {
		reply_json(reply, 503, NULL);
		return;
	}
	const struct http_request signed_in = { .who = user->name, .role = user->role };

	say_who(&signed_in, reply);
}

void access_sign_in(struct access *access, const struct http_request *request,
		    struct http_reply *reply)
{
	const char *name, *password;
	json_t *body;

	if (!own_page(request, reply) || !is_json(request, reply))
		return;
	body = field_object(request, reply);
	if (!body)
		return;
	name = field_text(body, "user", HTTP_NAME_MAX - 1, reply);
	password = name ? field_text(body, "password", HTTP_FIELD_MAX, reply) : NULL;
	if (password &&
	    fields_known(body, (const char *const[]){ "user", "password", NULL }, reply))
		sign_in(access, name, password, request, reply);
	json_decref(body);
}

void access_look(struct access *access, struct http_request *request, struct http_reply *reply)
{
	if (access_enter(access, request, HTTP_VIEWER, false, reply))
		say_who(request, reply);
}

void access_sign_out(struct access *access, const struct http_request *request,
		     struct http_reply *reply)
{
	struct access_session *session = session_of(access, request);

	if (!own_page(request, reply))
		return;
	if (session)
		memset(session, 0, sizeof(*session));
	set_cookie(request, reply, "", 0);
	reply_json(reply, 200, json_pack("{s:n}", "who"));
}
