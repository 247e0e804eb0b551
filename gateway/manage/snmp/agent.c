/* The sub-agent with net-snmp's library. All that is net-snmp's belongs to the thread. */
#include "manage/snmp/agent.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/library/large_fd_set.h>

#include "manage/snmp/mib.h"
#include "manage/snmp/snmp_config.h"

enum { PING_S = 5, FAREWELL_S = 3 };

static const oid ds1_root[] = { 1, 3, 6, 1, 2, 1, 10, 18 };
static const oid if_entry[] = { 1, 3, 6, 1, 2, 1, 2, 2, 1 };
enum { IF_ADMIN_STATUS = 7, IF_OPER_STATUS = 8 };

/* What control leaves for the thread. */
static struct {
	pthread_t thread;
	bool started;
	int wake;
	pthread_mutex_t lock;         /* held for moments: of the members below */
	char agentx[SNMP_AGENTX_MAX]; /* of the first agent_serve */
	bool serving, ending;
	struct mib_snapshot *fresh;
} orders = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = -1 };

static atomic_bool connected;

/* A span's instances among those of all interfaces, which are otherwise the master agent's. */
struct row {
	unsigned if_index;
	netsnmp_handler_registration *columns[MIB_SHARED_COLUMNS];
};

/* The thread's own. */
static struct {
	netsnmp_handler_registration *ds1; /* while it serves */
	struct mib_snapshot *now;
	struct row *rows;
	size_t n;
} agent;

/* Answers */

static int asn1_of(enum mib_type type)
{
	static const u_char types[] = {
		[MIB_INTEGER] = ASN_INTEGER,
		[MIB_GAUGE] = ASN_GAUGE,
		[MIB_TIMETICKS] = ASN_TIMETICKS,
		[MIB_TEXT] = ASN_OCTET_STR,
	};

	return types[type];
}

static void put_value(netsnmp_variable_list *variable, const struct mib_value *value)
{
	if (value->type == MIB_TEXT)
		snmp_set_var_typed_value(variable, ASN_OCTET_STR, value->text, strlen(value->text));
	else
		snmp_set_var_typed_integer(variable, (u_char)asn1_of(value->type),
					   (long)value->number);
}

static bool find(const netsnmp_variable_list *variable, struct mib_value *value)
{
	struct mib_place at = { .len = variable->name_length };

	if (!agent.now || at.len > MIB_OID_MAX)
		return false;
	memcpy(at.oid, variable->name, at.len * sizeof(at.oid[0]));
	return mib_get(agent.now, (uint32_t)netsnmp_get_agent_uptime(), &at, value);
}

/* What lies behind the end of the range is another registration's. */
static void find_next(netsnmp_request_info *request)
{
	netsnmp_variable_list *variable = request->requestvb;
	struct mib_place at;
	struct mib_value value;

	if (request->inclusive && find(variable, &value)) {
		put_value(variable, &value);
		return;
	}
	if (!agent.now || !mib_next(agent.now, (uint32_t)netsnmp_get_agent_uptime(), variable->name,
				    variable->name_length, &at, &value))
		return;
	if (request->range_end &&
	    snmp_oid_compare(at.oid, at.len, request->range_end, request->range_end_len) >= 0)
		return;
	snmp_set_var_objid(variable, at.oid, at.len);
	put_value(variable, &value);
}

static int answer(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct mib_value value;

	(void)handler, (void)registration;
	for (; requests; requests = requests->next) {
		if (requests->processed)
			continue;
		if (info->mode == MODE_GETNEXT)
			find_next(requests);
		else if (find(requests->requestvb, &value))
			put_value(requests->requestvb, &value);
		else
			netsnmp_set_request_error(info, requests, SNMP_NOSUCHINSTANCE);
	}
	return SNMP_ERR_NOERROR;
}

/* Registrations */

static netsnmp_handler_registration *enlist(const oid *place, size_t len)
{
	netsnmp_handler_registration *made = netsnmp_create_handler_registration(
		"crosspoint", answer, place, len, HANDLER_CAN_RONLY);

	return made && netsnmp_register_handler(made) == MIB_REGISTERED_OK ? made : NULL;
}

static void drop_row(size_t i)
{
	for (size_t c = 0; c < MIB_SHARED_COLUMNS; c++)
		if (agent.rows[i].columns[c])
			netsnmp_unregister_handler(agent.rows[i].columns[c]);
	agent.rows[i] = agent.rows[--agent.n];
}

static void add_row(unsigned if_index)
{
	struct row *rows = realloc(agent.rows, (agent.n + 1) * sizeof(*rows)), *row;
	struct mib_place at;

	if (!rows)
		return;
	agent.rows = rows;
	row = &rows[agent.n++];
	*row = (struct row){ .if_index = if_index };
	for (size_t c = 0; mib_shared_column(c, &at); c++) {
		at.oid[at.len++] = if_index;
		row->columns[c] = enlist(at.oid, at.len);
	}
}

static const struct mib_span *span_of(const struct mib_snapshot *all, unsigned if_index)
{
	for (size_t i = 0; all && i < all->n; i++)
		if (all->spans[i].if_index == if_index)
			return &all->spans[i];
	return NULL;
}

static bool has_row(unsigned if_index)
{
	for (size_t i = 0; i < agent.n; i++)
		if (agent.rows[i].if_index == if_index)
			return true;
	return false;
}

static void register_rows(void)
{
	for (size_t i = agent.n; i-- > 0;)
		if (!span_of(agent.now, agent.rows[i].if_index))
			drop_row(i);
	for (size_t i = 0; agent.now && i < agent.now->n; i++)
		if (!has_row(agent.now->spans[i].if_index))
			add_row(agent.now->spans[i].if_index);
}

/* Notifications */

struct notice {
	netsnmp_variable_list *variables;
	unsigned if_index;
};

static void begin_notice(struct notice *notice, const oid *what, size_t len, unsigned if_index)
{
	static const oid trap_oid[] = { 1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0 };

	*notice = (struct notice){ .if_index = if_index };
	snmp_varlist_add_variable(&notice->variables, trap_oid, OID_LENGTH(trap_oid), ASN_OBJECT_ID,
				  what, len * sizeof(what[0]));
}

static void add_object(struct notice *notice, const oid *entry, size_t len, unsigned column)
{
	struct mib_place at = { .len = len };
	struct mib_value value;

	memcpy(at.oid, entry, len * sizeof(entry[0]));
	at.oid[at.len++] = column;
	at.oid[at.len++] = notice->if_index;
	if (!mib_get(agent.now, (uint32_t)netsnmp_get_agent_uptime(), &at, &value))
		return;
	const long number = (long)value.number;
	snmp_varlist_add_variable(&notice->variables, at.oid, at.len, (u_char)asn1_of(value.type),
				  &number, sizeof(number));
}

static void send_notice(struct notice *notice)
{
	send_v2trap(notice->variables);
	snmp_free_varbind(notice->variables);
}

/* RFC 2863: with ifIndex, ifAdminStatus, ifOperStatus. */
static void tell_link(const struct mib_span *span)
{
	static const oid down[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 3 };
	static const oid up[] = { 1, 3, 6, 1, 6, 3, 1, 1, 5, 4 };
	const bool is_up = mib_oper_status(span) == MIB_UP;
	struct notice notice;

	begin_notice(&notice, is_up ? up : down, OID_LENGTH(up), span->if_index);
	add_object(&notice, if_entry, OID_LENGTH(if_entry), 1);
	add_object(&notice, if_entry, OID_LENGTH(if_entry), IF_ADMIN_STATUS);
	add_object(&notice, if_entry, OID_LENGTH(if_entry), IF_OPER_STATUS);
	send_notice(&notice);
}

/* RFC 4805: with dsx1LineStatus and dsx1LineStatusLastChange. */
static void tell_line(const struct mib_span *span)
{
	static const oid change[] = { 1, 3, 6, 1, 2, 1, 10, 18, 15, 0, 1 };
	static const oid config_entry[] = { 1, 3, 6, 1, 2, 1, 10, 18, 6, 1 };
	struct notice notice;

	begin_notice(&notice, change, OID_LENGTH(change), span->if_index);
	add_object(&notice, config_entry, OID_LENGTH(config_entry), 10);
	add_object(&notice, config_entry, OID_LENGTH(config_entry), 16);
	send_notice(&notice);
}

static void tell_changes(const struct mib_snapshot *before)
{
	for (size_t i = 0; i < agent.now->n; i++) {
		const struct mib_span *span = &agent.now->spans[i];
		const struct mib_span *was = span_of(before, span->if_index);

		if (!was)
			continue;
		if ((mib_oper_status(was) == MIB_UP) != (mib_oper_status(span) == MIB_UP))
			tell_link(span);
		if (mib_is_ds1(span) && mib_line_status(was) != mib_line_status(span))
			tell_line(span);
	}
}

/* The session */

static int on_session(int major, int minor, void *server, void *client)
{
	(void)major, (void)server, (void)client;
	atomic_store(&connected, minor == SNMPD_CALLBACK_INDEX_START);
	return 0;
}

/* Once, before anything else of net-snmp: no files are read or written, no signals, no output. */
static void prepare_library(void)
{
	netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_ROLE, 1);
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   PING_S);
}

static void join_master(const char *agentx)
{
	prepare_library();
	netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET, agentx);
	init_agent("crosspoint");
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_session,
			       NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_session,
			       NULL);
	init_snmp("crosspoint");
}

static void withdraw(void)
{
	while (agent.n)
		drop_row(agent.n - 1);
	if (agent.ds1)
		netsnmp_unregister_handler(agent.ds1);
	agent.ds1 = NULL;
	free(agent.now);
	agent.now = NULL;
}

/* The thread */

/* False: it is to end. fresh: NULL where there is none, or nothing is served. */
static bool take_orders(bool *serving, struct mib_snapshot **fresh)
{
	bool go_on;

	pthread_mutex_lock(&orders.lock);
	*fresh = orders.fresh;
	orders.fresh = NULL;
	*serving = orders.serving;
	go_on = !orders.ending;
	pthread_mutex_unlock(&orders.lock);
	return go_on;
}

static void take_snapshot(struct mib_snapshot *fresh)
{
	struct mib_snapshot *before = agent.now;

	if (!agent.ds1)
		agent.ds1 = enlist(ds1_root, OID_LENGTH(ds1_root));
	agent.now = fresh;
	register_rows();
	tell_changes(before);
	free(before);
}

static void wait_and_work(void)
{
	netsnmp_large_fd_set set;
	struct timeval timeout = { .tv_sec = 1 };
	int n = orders.wake + 1, block = 0;
	eventfd_t ignored;

	netsnmp_large_fd_set_init(&set, FD_SETSIZE);
	snmp_select_info2(&n, &set, &timeout, &block);
	if (n <= orders.wake)
		n = orders.wake + 1;
	NETSNMP_LARGE_FD_SET(orders.wake, &set);
	if (netsnmp_large_fd_set_select(n, &set, NULL, NULL, &timeout) > 0) {
		if (NETSNMP_LARGE_FD_ISSET(orders.wake, &set))
			eventfd_read(orders.wake, &ignored);
		NETSNMP_LARGE_FD_CLR(orders.wake, &set);
		snmp_read2(&set);
	} else {
		snmp_timeout();
	}
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
	netsnmp_large_fd_set_cleanup(&set);
}

static void *run(void *data)
{
	struct mib_snapshot *fresh;
	bool serving;

	join_master(orders.agentx);
	while (take_orders(&serving, &fresh)) {
		if (!serving)
			withdraw();
		if (serving && fresh)
			take_snapshot(fresh);
		else
			free(fresh);
		wait_and_work();
	}
	free(fresh);
	withdraw();
	free(agent.rows);
	snmp_shutdown("crosspoint");
	shutdown_agent();
	return data;
}

/* Control */

void agent_prepare(void)
{
	setenv("MIBS", "", 1);
}

static int start(const char *agentx)
{
	int rc;

	snprintf(orders.agentx, sizeof(orders.agentx), "%s", agentx);
	orders.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (orders.wake < 0)
		return -errno;
	rc = pthread_create(&orders.thread, NULL, run, NULL);
	if (rc) {
		close(orders.wake);
		return -rc;
	}
	orders.started = true;
	return 0;
}

int agent_serve(const char *agentx)
{
	int rc = agentx && !orders.started ? start(agentx) : 0;

	if (rc < 0 || !orders.started)
		return rc;
	pthread_mutex_lock(&orders.lock);
	orders.serving = agentx != NULL;
	pthread_mutex_unlock(&orders.lock);
	eventfd_write(orders.wake, 1);
	return agentx && strcmp(agentx, orders.agentx) != 0;
}

void agent_publish(struct mib_snapshot *snapshot)
{
	struct mib_snapshot *unread;

	pthread_mutex_lock(&orders.lock);
	unread = orders.fresh;
	orders.fresh = snapshot;
	pthread_mutex_unlock(&orders.lock);
	free(unread);
	eventfd_write(orders.wake, 1);
}

bool agent_is_connected(void)
{
	return atomic_load(&connected);
}

void agent_end(void)
{
	struct timespec until;

	if (!orders.started)
		return;
	pthread_mutex_lock(&orders.lock);
	orders.ending = true;
	pthread_mutex_unlock(&orders.lock);
	eventfd_write(orders.wake, 1);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += FAREWELL_S;
	/* One that the master agent keeps waiting goes with the process. */
	if (pthread_timedjoin_np(orders.thread, NULL, &until) == 0)
		close(orders.wake);
	orders.started = false;
}
