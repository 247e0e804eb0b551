/* We ask who somebody is (RFC 3261 22, RFC 7616, RFC 8760): nonces and their checking. Control thread.
 *
 * A nonce carries its age and an authentication code of ours, so nothing is kept of those that are handed out. Of
 * those that came back with a right answer the counts are kept in a table of fixed size: each count is good once.
 * Where the table had to forget a nonce, all nonces of its age or more are stale. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "sip/agent/agent.h"
#include "sip/text/digest.h"

struct auth;

enum { AUTH_NONCE_S = 300 }; /* how long a nonce is good */

enum auth_verdict {
	AUTH_GOOD,
	AUTH_NONE, /* it says nothing to our realm */
	AUTH_STALE, /* right, but the nonce is old, or the count was used: asked again it may do better */
	AUTH_WRONG,  /* not the secret, not the user, or no nonce of ours */
	AUTH_BROKEN, /* makes no sense: 400 */
};

/* NULL without memory or randomness. */
struct auth *auth_new(void *talloc_ctx);

/* Is this a request whose sender is asked? ACK and CANCEL cannot be (RFC 3261 22.1). Of a dialog, whose tags nobody guesses,
 * what begins something, changes the sound or leads the call's messages elsewhere is: re-INVITE, UPDATE with a description or
 * with a Contact that is not the dialog's remote target, REFER. The rest passes: an INFO or a
 * NOTIFY changes no call, a phone that answers no challenge to its BYE would leave the call standing, and not every one answers
 * a challenge to its PRACK. target: the dialog's remote target, NULL when there is none. */
bool auth_is_due(const sip_t *sip, const url_t *target);
/* What the request says to that realm: AUTH_GOOD with *out (not verified), AUTH_NONE, or AUTH_BROKEN. */
enum auth_verdict auth_claim(const sip_t *sip, const char *realm, struct digest_credentials *out);
/* Is it true? secret NULL: there is no such user, which takes as long. choice: what is good enough. bound, unless NULL: the
 * nonce must have been given to that source; else it is stale, whatever else is wrong, as anybody can write anybody's
 * address over a datagram. */
enum auth_verdict auth_verify(struct auth *auth, const struct digest_credentials *claim,
			      const sip_t *sip, const struct sockaddr_storage *bound,
			      const char *secret, enum digest_choice choice);
/* Does what was signed name the number that the request calls (RFC 7616 3.4.6, RFC 3261 22.4)? Outside of a dialog alone: within
 * one the Request-URI is our Contact, and there are phones that sign the number that began it. */
bool auth_signed_for(const struct digest_credentials *claim, const sip_t *sip);
/* Answers 401 with a challenge for each algorithm that is good enough, the strongest first (RFC 8760 2.4). Returns 401. */
int auth_challenge(struct auth *auth, nta_incoming_t *irq, const char *realm,
		   const struct sockaddr_storage *bound, enum digest_choice choice, bool stale);

/* Who hears of wrong answers, to ban their source; NULL: nobody. */
void auth_on_failure(struct auth *auth,
		     void (*failed)(void *data, const struct sockaddr_storage *from), void *data);
void auth_failed(struct auth *auth, const struct sockaddr_storage *from);
