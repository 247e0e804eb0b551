/* Who asks, and whether he may: tokens, sessions of users who signed in, and what keeps pages of other sites out
 * (RFC 6750, RFC 6265bis, the Host and Origin fields). Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manage/http/http_config.h"

struct http_reply;
struct http_request;

enum {
	ACCESS_SESSIONS_MAX = 64, /* the oldest gives way */
	ACCESS_KEY_OCTETS = 16,
	ACCESS_KEY_HEX = 2 * ACCESS_KEY_OCTETS + 1,
	ACCESS_IDLE_S = 3600,
	ACCESS_SOURCES_MAX = 64, /* the one heard of longest ago gives way */
	/* Passwords at once, then so many a second: each takes time that calls need. */
	ACCESS_TRIES = 5, /* of one source, then one a second */
	ACCESS_ALL_TRIES = 20,
	ACCESS_ALL_TRIES_S = 4,
};

/* Somebody who tries passwords. */
struct access_source {
	uint8_t address[16]; /* as in the request */
	uint64_t tried_us;   /* the last time; 0: free */
	uint64_t tries_us;   /* when all tries are there again */
};

struct access_session {
	char key[ACCESS_KEY_HEX];     /* "": free */
	struct http_user_config user; /* as he signed in: a new password or role ends it */
	uint64_t used_us;
	uint64_t number; /* no other has it again; 0: free */
};

/* In its owner's memory, zeroed at first. */
struct access {
	const struct http_config *config; /* the owner's */
	struct access_session sessions[ACCESS_SESSIONS_MAX];
	uint64_t n_sessions; /* so many have begun */
	struct access_source sources[ACCESS_SOURCES_MAX];
	uint64_t tries_us; /* when all tries are there again */
};

/* Whether the name that the request is for is ours; else the reply says what is wrong. A page elsewhere whose name
 * has been made to lead here (DNS rebinding) does not get further. */
bool access_host(const struct access *access, const struct http_request *request,
		 struct http_reply *reply);
/* Sets who and role of the request, or the reply says 401 or 403; at_least: what the act needs. changes: the act
 * changes something, so that the request must be one that no other site's page can send. */
bool access_enter(struct access *access, struct http_request *request, enum http_role at_least,
		  bool changes, struct http_reply *reply);

/* Whether the session of a request (its member `session`) has not ended since; 0, who came without, lasts. */
bool access_lasts(const struct access *access, uint64_t session);

/* Whether his role, which is known, is enough; else the reply says 403. */
bool access_suffices(const struct http_request *request, enum http_role at_least,
		     struct http_reply *reply);

/* Requests about a session: sign in, look, sign out. They answer. */
void access_sign_in(struct access *access, const struct http_request *request,
		    struct http_reply *reply);
void access_look(struct access *access, struct http_request *request, struct http_reply *reply);
void access_sign_out(struct access *access, const struct http_request *request,
		     struct http_reply *reply);
