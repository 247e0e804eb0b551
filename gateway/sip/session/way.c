/* Names in dialogs. */
#include "sip/session/way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <osmocom/core/utils.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/url.h>

#include "sip/agent/tls_verify.h"
#include "sip/session/session.h"
#include "sip/text/netaddr.h"

enum {
	PORT_MAX = 65535,
	HELD_S = 4,        /* the other side sends its 2xx again for 32 s (RFC 3261 13.3.1.4) */
	LOOK_AGAIN_S = 30, /* when a name leads nowhere */
};

/* False: it is an address, or nothing that could be looked up. */
static bool query_of(const url_t *url, struct hop_query *out)
{
	struct sockaddr_storage literal;
	char transport[8] = "";
	unsigned long port;

	*out = (struct hop_query){ .any_transport = true };
	/* RFC 3261 19.1.1: maddr goes before the host */
	if (url_param(url->url_params, "maddr", out->host, sizeof(out->host)) <= 0)
		snprintf(out->host, sizeof(out->host), "%s", url->url_host);
	if (*out->host == '[' || netaddr_parse(out->host, 0, &literal))
		return false;
	port = url->url_port ? strtoul(url->url_port, NULL, 10) : 0;
	out->port = port <= PORT_MAX ? (uint16_t)port : 0;
	if (url_param(url->url_params, "transport", transport, sizeof(transport)) > 0 &&
	    transport_parse(transport, &out->transport))
		out->any_transport = false;
	return true;
}

static bool same_query(const struct hop_query *a, const struct hop_query *b)
{
	return !strcasecmp(a->host, b->host) && a->port == b->port &&
	       a->any_transport == b->any_transport && a->transport == b->transport;
}

static void take_place(struct session *s, const struct hop *place)
{
	struct way *way = &s->way;
	char address[NETADDR_TEXT_MAX];

	way->place = *place;
	netaddr_text(&place->address, address, sizeof(address));
	snprintf(way->route, sizeof(way->route), "sip:%s;transport=%s;lr", address,
		 transport_name(place->transport));
}

/* Where the message that made, or moves, the dialog came from. */
static bool heard_from(const struct session *s, struct hop *out)
{
	msg_t *msg = s->invite_out  ? nta_outgoing_getresponse(s->invite_out)
		     : s->invite_in ? nta_incoming_getrequest(s->invite_in)
				    : NULL;
	const sip_t *sip = sip_object(msg);
	const su_sockaddr_t *from = msg ? msg_addr(msg) : NULL;
	const char *protocol = sip && sip->sip_via ? strrchr(sip->sip_via->v_protocol, '/') : NULL;
	bool known = from && from->su_family && protocol &&
		     transport_parse(protocol + 1, &out->transport);

	if (known) {
		out->address = (struct sockaddr_storage){ 0 };
		memcpy(&out->address, from, OSMO_MIN(sizeof(*from), sizeof(out->address)));
	}
	msg_destroy(msg);
	return known;
}

static void let_go_of_held(struct session *s)
{
	osmo_timer_del(&s->way.patience);
	msg_destroy(s->way.held);
	s->way.held = NULL;
}

/* The timer, too. */
static void go_on(void *data)
{
	struct session *s = data;
	struct agent *agent = s->ground->agent;
	msg_t *msg = s->way.held;
	sip_t *sip = sip_object(msg);

	osmo_timer_del(&s->way.patience);
	s->way.held = NULL;
	if (sip && s->invite_out && s->invite_out == s->way.of) /* else it was given up */
		osmo_fsm_inst_dispatch(
			s->fi, sip->sip_status->st_status < 200 ? EV_PROVISIONAL : EV_SUCCESS, sip);
	msg_destroy(msg);
	agent_touch(agent);
}

/* Of several places the one that was heard from: the dialog's state is there. */
static const struct hop *choose(const struct session *s, const struct hop_list *list)
{
	const struct sockaddr_storage *heard = &s->way.place.address;

	for (size_t i = 0; i < list->n; i++) {
		const struct hop *hop = &list->hops[i];

		if (hop->transport == s->way.place.transport &&
		    netaddr_same_host(&hop->address, heard) &&
		    netaddr_port(&hop->address) == netaddr_port(heard))
			return hop;
	}
	return list->n ? &list->hops[0] : NULL;
}

static void look_again(void *data);

/* False: the name leads nowhere. */
static bool follow(struct session *s, const struct hop_list *list)
{
	const struct hop *hop = choose(s, list);

	s->way.lookup = NULL;
	osmo_timer_setup(&s->way.again, look_again, s);
	osmo_timer_schedule(&s->way.again, hop ? (int)list->ttl_s + 1 : LOOK_AGAIN_S, 0);
	if (!hop)
		return false;
	take_place(s, hop);
	if (hop->transport == TRANSPORT_TLS && !s->peer->hops.is_guest)
		tls_verify_expect(&hop->address, s->way.next.host);
	return true;
}

static void on_found(void *data, const struct hop_list *list)
{
	struct session *s = data;

	if (!follow(s, list))
		LOGSES(s, LOGL_NOTICE, "%s leads nowhere; its requests go to %s\n",
		       s->way.next.host, s->way.route[0] ? s->way.route : "nobody");
	go_on(s);
}

static void on_found_again(void *data, const struct hop_list *list)
{
	struct session *s = data;
	const struct hop before = s->way.place;

	if (follow(s, list) && !hop_same(&before, &s->way.place))
		LOGSES(s, LOGL_INFO, "%s leads elsewhere now: %s\n", s->way.next.host,
		       s->way.route);
	go_on(s);
}

static void look_again(void *data)
{
	struct session *s = data;

	s->way.lookup =
		lookup_start(agent_resolver(s->ground->agent), &s->way.next, on_found_again, s);
	if (!s->way.lookup)
		osmo_timer_schedule(&s->way.again, LOOK_AGAIN_S, 0);
}

static void look_up(struct session *s, const struct hop_query *query, const struct hop *heard)
{
	struct way *way = &s->way;

	lookup_cancel(way->lookup);
	osmo_timer_del(&way->again);
	way->next = *query;
	if (heard)
		take_place(s, heard);
	hops_add_usable(s->ground->agent, s->peer->config.path.local, &way->next);
	way->lookup = lookup_start(agent_resolver(s->ground->agent), &way->next, on_found, s);
}

void way_learn(struct session *s)
{
	const sip_route_t *route = NULL;
	const sip_contact_t *target = NULL;
	const url_t *next;
	struct hop_query query;
	struct hop heard;
	const bool known = heard_from(s, &heard);

	if (known)
		s->way.from = heard.address;
	nta_leg_get_route(s->dialog, &route, &target);
	next = route ? route->r_url : target ? target->m_url : NULL;
	if (!next || !next->url_host)
		return;
	if (s->peer->hop || !query_of(next, &query)) {
		way_stop(s);
		s->way = (struct way){ .from = s->way.from };
	} else if (!same_query(&query, &s->way.next)) {
		look_up(s, &query, known ? &heard : NULL);
	}
}

/* The next hop of a dialog that this response makes (RFC 3261 12.1.2). */
static const url_t *next_of(const sip_t *sip)
{
	const sip_record_route_t *r = sip->sip_record_route;

	while (r && r->r_next)
		r = r->r_next;
	return r ? r->r_url : sip->sip_contact ? sip->sip_contact->m_url : NULL;
}

static bool is_success(const sip_t *sip)
{
	return sip->sip_status->st_status / 100 == 2;
}

bool way_holds(struct session *s, const sip_t *sip)
{
	struct way *way = &s->way;
	struct hop_query query;
	struct hop heard;

	if (s->peer->hop || sip->sip_status->st_status >= 300 ||
	    !(is_success(sip) || sip->sip_rseq) || !sip->sip_to->a_tag ||
	    !session_target_valid(sip) || !next_of(sip) || !query_of(next_of(sip), &query))
		return false;
	if (!same_query(&query, &way->next))
		look_up(s, &query, heard_from(s, &heard) ? &heard : NULL);
	if (!way->lookup)
		return false;
	if (way->held && is_success(sip_object(way->held)))
		return true; /* this one comes again, or never mattered */
	let_go_of_held(s);
	way->held = nta_outgoing_getresponse(s->invite_out);
	way->of = s->invite_out;
	osmo_timer_setup(&way->patience, go_on, s);
	osmo_timer_schedule(&way->patience, HELD_S, 0);
	return true;
}

bool way_leads_to(const struct session *s, const struct sockaddr_storage *from)
{
	return (s->way.route[0] && netaddr_same_host(&s->way.place.address, from)) ||
	       (s->way.from.ss_family && netaddr_same_host(&s->way.from, from));
}

char *way_route(struct session *s)
{
	return s->way.route[0] && !s->peer->hop ? s->way.route : NULL;
}

const char *way_socket(const struct session *s)
{
	return sockets_kept_for(agent_sockets(s->ground->agent), s->contact);
}

void way_stop(struct session *s)
{
	lookup_cancel(s->way.lookup);
	s->way.lookup = NULL;
	osmo_timer_del(&s->way.again);
	let_go_of_held(s);
}
