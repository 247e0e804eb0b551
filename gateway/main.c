/* The program: reads its arguments and its configuration, opens every layer from below, serves
 * until told to stop, and closes them from above. The only file that knows all layers. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/sockaddr_str.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/fetch.h"
#include "base/log.h"
#include "call/call.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "call/call_fraud.h"
#include "call/history_config.h"
#include "call/route_config.h"
#include "call/traffic_keep.h"
#include "call/trunk_group_config.h"
#include "drivers/dahdi_detect.h"
#include "manage/cli/arguments.h"
#include "manage/cli/cli.h"
#include "manage/cli/client.h"
#include "manage/http/http.h"
#include "manage/http/http_config.h"
#include "manage/setup/import.h"
#include "manage/manage.h"
#include "manage/manage_config.h"
#include "manage/cli/manual.h"
#include "manage/service.h"
#include "manage/setup/setup.h"
#include "manage/snmp/snmp.h"
#include "manage/snmp/snmp_config.h"
#include "manage/webhooks/webhook_config.h"
#include "manage/webhooks/webhooks.h"
#include "mg/mg.h"
#include "mg/mg_config.h"
#include "pstn/plant.h"
#include "pstn/trunk.h"
#include "pstn/trunk_config.h"
#include "records/command.h"
#include "records/records.h"
#include "records/records_config.h"
#include "sip/registrar/registrar_config.h"
#include "sip/sip.h"

enum { DRAIN_S = 10 }; /* what calls get to end in, after the first SIGTERM */

static struct app {
	void *root;
	struct gateway gateway;
	struct osmo_fd signals;
	struct osmo_timer_list drain_end; /* pending: calls are cleared then, or the process ends */
	bool closed;                      /* no new calls; the process ends with the last one */
	bool draining, stopped;
	struct traffic_keep *traffic;
} app;

/* The running configuration */

/* What helps where SIP cannot listen; NULL: it is not that. */
static const char *listen_advice(int rc)
{
	switch (rc) {
	case -EADDRINUSE:
		return "`ss -ltunp` names who holds it, `sip` / `listen` takes another";
	case -EADDRNOTAVAIL:
		return "no interface has this address, `ip address` lists those there are";
	case -EACCES:
		return "ports below 1024 are for root, `sip` / `listen` takes another";
	default:
		return NULL;
	}
}

static int apply_sip(const struct config *to, struct config_report *report)
{
	const struct sip_config *sip = config_get(to, &sip_section);
	int rc = sip_apply(app.gateway.sip, sip);
	const char *advice = listen_advice(rc);

	if (advice)
		config_fault(report, 0, "SIP cannot listen on %s: %s; %s", sip_failed_socket(),
			     strerror(-rc), advice);
	else if (rc == -EBUSY)
		config_fault(
			report, 0,
			"SIP's sockets were moved so often while calls went on that none can be "
			"left for another now; `show pending` lists those kept for calls: commit "
			"when all calls are over");
	else if (rc < 0)
		config_fault(report, 0, "SIP cannot be set up: %s", strerror(-rc));
	return rc;
}

/* A path, or a name in the state directory; "" stays. */
static void place_file(char *out, size_t size, const char *name)
{
	const bool in_state_dir = *name && *name != '/';

	snprintf(out, size, "%s%s%s", in_state_dir ? app.gateway.state_dir : "",
		 in_state_dir ? "/" : "", name);
}

/* Where nobody named a file, one that cannot be had is no reason not to start. */
static int no_journal(const struct records_config *config, const char *path, int rc,
		      struct config_report *report)
{
	if (strcmp(config->file, RECORDS_FILE) == 0) {
		alarm_raise(ALARM_RECORDS, "", "", strerror(-rc));
		return 0;
	}
	config_fault(report, 0, "call records cannot be kept in %s: %s; the log says more", path,
		     strerror(-rc));
	return rc;
}

static int apply_records(const struct config *to, struct config_report *report)
{
	const struct records_config *config = config_get(to, &records_section);
	struct records_setup setup = {
		.limits = { .max_age_s = (int64_t)config->keep_days * 24 * 3600,
			    .max_octets = (uint64_t)config->keep_mb << 20 },
	};
	const struct call_records keep = {
		.path = setup.journal,
		.interim_s = 60 * config->interim_min,
		.rotate_octets = (size_t)config->rotate_mb << 20,
		.on_put = records_wake,
		.data = app.gateway.records,
	};
	int rc;

	place_file(setup.journal, sizeof(setup.journal), config->file);
	if (*config->file)
		place_file(setup.sqlite, sizeof(setup.sqlite), config->sqlite);
	snprintf(setup.postgresql, sizeof(setup.postgresql), "%s", config->postgresql);
	snprintf(setup.password, sizeof(setup.password), "%s", config->password);
	setup.radius = config->radius;
	rc = call_hub_records(app.gateway.hub, &keep);
	if (rc < 0)
		return no_journal(config, setup.journal, rc, report);
	rc = records_apply(app.gateway.records, &setup);
	if (rc < 0)
		config_fault(report, 0, "call records cannot be stored: %s", strerror(-rc));
	return rc;
}

static void apply_history(const struct config *to)
{
	call_hub_history(app.gateway.hub, config_get(to, &history_section));
}

/* By default the ways of emergency calls are the trunks whose far end is the network. */
static int apply_emergency(const struct config *to, struct config_report *report)
{
	const struct trunks_config *trunks = config_get(to, &trunks_section);
	struct route_target *ways = talloc_zero_array(app.root, struct route_target, trunks->n + 1);
	size_t n = 0;

	if (!ways) {
		config_fault(report, 0, "emergency calls cannot be set up: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	for (size_t i = 0; i < trunks->n; i++) {
		if (trunks->trunks[i].side != TRUNK_USER)
			continue;
		ways[n].kind = TARGET_TRUNK;
		memcpy(ways[n++].name, trunks->trunks[i].name, TRUNK_NAME_MAX);
	}
	call_hub_emergency(app.gateway.hub, config_get(to, &emergency_section), ways, n);
	talloc_free(ways);
	return 0;
}

static int apply_fraud(const struct config *to, struct config_report *report)
{
	int rc = call_hub_fraud(app.gateway.hub, config_get(to, &fraud_section));

	if (rc < 0)
		config_fault(report, 0, "rules against fraud cannot be set up: %s", strerror(-rc));
	return rc;
}

static int apply_registrar(const struct config *to, struct config_report *report)
{
	char path[512];
	int rc = sip_apply_registrar(app.gateway.sip, config_get(to, &registrar_section));

	if (rc < 0)
		config_fault(report, 0, "the registrar cannot be set up: %s", strerror(-rc));
	snprintf(path, sizeof(path), "%s/locations.db", app.gateway.state_dir);
	if (rc == 0)
		sip_keep_locations(app.gateway.sip, path);
	return rc;
}

static int apply_webhooks(const struct config *to, struct config_report *report)
{
	int rc = webhooks_apply(config_get(to, &webhooks_section));

	if (rc < 0)
		config_fault(report, 0, "webhooks cannot be set up: %s", strerror(-rc));
	return rc;
}

/* From whatever runs now to the configuration. 0 or -errno, then part of it may stand. */
static int carry_to(const struct config *to, struct config_report *report)
{
	int rc = apply_sip(to, report);

	if (rc == 0)
		rc = apply_registrar(to, report);
	if (rc == 0)
		rc = plant_apply(app.gateway.plant, to, report);
	if (rc == 0) {
		mg_apply(app.gateway.mg, config_get(to, &media_section));
		rc = call_hub_apply(app.gateway.hub, config_get(to, &routes_section));
		if (rc < 0)
			config_fault(report, 0, "routes cannot be set up: %s", strerror(-rc));
	}
	if (rc == 0)
		rc = apply_emergency(to, report);
	if (rc == 0)
		rc = apply_fraud(to, report);
	if (rc == 0)
		rc = apply_records(to, report);
	if (rc == 0)
		rc = http_apply(&app.gateway, config_get(to, &http_section), report);
	if (rc == 0)
		rc = apply_webhooks(to, report);
	if (rc == 0)
		rc = snmp_apply(&app.gateway, config_get(to, &snmp_section), report);
	if (rc == 0)
		apply_history(to);
	return rc;
}

/* manage.h: all of it, or the old configuration stays in force. */
static int on_apply(struct gateway *gateway, const struct config *to, struct config_report *report)
{
	struct config_report *back = config_report_new(app.root, NULL);
	int rc = carry_to(to, report);

	if (rc < 0 && carry_to(gateway->running, back) < 0)
		for (size_t i = 0; i < config_report_count(back); i++)
			config_fault(report, 0, "going back: %s", config_report_get(back, i));
	talloc_free(back);
	return rc;
}

/* Start and stop */

static void report_print(const struct config_report *report)
{
	for (size_t i = 0; i < config_report_count(report); i++)
		fprintf(stderr, "%s\n", config_report_get(report, i));
}

static void stop(void *data)
{
	(void)data;
	app.stopped = true;
}

static void drain(void)
{
	app.draining = true;
	service_stopping();
	osmo_timer_setup(&app.drain_end, stop, NULL);
	osmo_timer_schedule(&app.drain_end, DRAIN_S, 0);
	LOGP(DMANAGE, LOGL_NOTICE,
	     "stopping: calls are being cleared; a second signal ends at once\n");
	sip_leave(app.gateway.sip);
	call_hub_drain(app.gateway.hub, stop, NULL);
}

static void on_drain_late(void *data)
{
	(void)data;
	drain();
}

/* gateway.drain */
static void close_slowly(struct gateway *gateway, unsigned minutes)
{
	if (app.draining)
		return;
	app.closed = true;
	osmo_timer_setup(&app.drain_end, on_drain_late, NULL);
	if (minutes)
		osmo_timer_schedule(&app.drain_end, 60 * (int)minutes, 0);
	else
		osmo_timer_del(&app.drain_end);
	LOGP(DMANAGE, LOGL_NOTICE,
	     "draining: no new calls, and the end when the last one is over; a signal to stop ends "
	     "calls, too\n");
	alarm_raise(ALARM_DRAINING, "", "", "no new calls are taken");
	service_status("draining");
	call_hub_close(gateway->hub, stop, NULL);
}

/* gateway.undrain */
static void reopen(struct gateway *gateway)
{
	if (app.draining || !app.closed)
		return;
	app.closed = false;
	osmo_timer_del(&app.drain_end);
	alarm_clear(ALARM_DRAINING, "");
	service_status("in service");
	LOGP(DMANAGE, LOGL_NOTICE, "new calls are taken again\n");
	call_hub_close(gateway->hub, NULL, NULL);
}

static int on_signal(struct osmo_fd *fd, unsigned what)
{
	struct signalfd_siginfo info;

	(void)what;
	if (read(fd->fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (app.draining)
		_exit(EXIT_FAILURE);
	if (info.ssi_signo == SIGUSR1)
		close_slowly(&app.gateway, 0);
	else
		drain();
	return 0;
}

/* Before any thread starts, so that all of them have the signals blocked. */
static int catch_signals(void)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file as large as it may be is like a full disk */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	osmo_fd_setup(&app.signals, fd, OSMO_FD_READ, on_signal, NULL, 0);
	return osmo_fd_register(&app.signals);
}

/* A socket pair a call, and more: as many descriptors as we may have. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* What pstn/ and sip/, strangers to each other, ask about one another */

/* sip_in_service: a gateway without trunks has none that is out. */
static bool in_service(void *data)
{
	const struct trunks_config *trunks = config_get(app.gateway.running, &trunks_section);

	(void)data;
	return !app.closed && (!trunks->n || trunks_any_in_service(app.gateway.trunks));
}

struct trunk_question {
	const char *name;
	bool up;
};

static bool answer_trunk(void *data, const struct trunk_status *trunk)
{
	struct trunk_question *question = data;

	if (strcmp(trunk->name, question->name) != 0)
		return true;
	question->up = strcmp(trunk->layer2, "down") != 0 && trunk->idle + trunk->busy > 0;
	return false;
}

/* sip_trunk_up */
static bool trunk_up(void *data, const char *trunk)
{
	struct trunk_question question = { .name = trunk };

	(void)data;
	trunks_each(app.gateway.trunks, answer_trunk, &question);
	return question.up;
}

/* The trunk group that a route is from has ways over each of its trunks. */
static void add_ways(struct trunks *trunks, const struct routes_config *routes,
		     const struct route_config *route, bool alive)
{
	const struct trunk_group_config *group = NULL;

	if (route->from_any || route->from.kind == TARGET_TRUNK)
		trunks_way(trunks, route->from_any ? NULL : route->from.name, alive);
	for (size_t i = 0; route->from.kind == TARGET_TRUNK_GROUP && i < routes->n_trunk_groups;
	     i++) {
		if (strcmp(routes->trunk_groups[i].name, route->from.name) == 0)
			group = &routes->trunk_groups[i];
	}
	for (size_t i = 0; group && i < group->n_members; i++)
		trunks_way(trunks, group->members[i], alive);
}

/* trunks_survey: the ways from trunks to peers. */
static void survey(void *data, struct trunks *trunks)
{
	const struct routes_config *routes = config_get(app.gateway.running, &routes_section);

	(void)data;
	for (size_t i = 0; i < routes->n_routes; i++) {
		const struct route_config *route = &routes->routes[i];

		for (size_t t = 0; t < route->n_targets; t++)
			if (route->targets[t].kind == TARGET_PEER)
				add_ways(trunks, routes, route,
					 sip_peer_alive(app.gateway.sip, route->targets[t].name));
	}
}

static int open_layers(void)
{
	struct gateway *gateway = &app.gateway;

	gateway->mg = mg_new(app.root, config_get(gateway->running, &media_section));
	if (!gateway->mg || mg_start(gateway->mg) < 0)
		return -ENOMEM;
	gateway->hub = call_hub_new(app.root, gateway->mg);
	gateway->records = gateway->hub ? records_new(app.root, app.gateway.state_dir) : NULL;
	gateway->trunks = gateway->records ? trunks_new(app.root, gateway->hub, gateway->mg,
							app.gateway.state_dir)
					   : NULL;
	app.gateway.plant = gateway->trunks ? plant_new(app.root, gateway->trunks) : NULL;
	if (app.gateway.plant)
		plant_before_change(app.gateway.plant, channel_test_end_all);
	gateway->sip = app.gateway.plant ? sip_new(app.root, gateway->hub, gateway->mg) : NULL;
	if (!gateway->sip)
		return -ENOMEM;
	sip_in_service(gateway->sip, in_service, NULL);
	sip_trunk_up(gateway->sip, trunk_up, NULL);
	trunks_survey(gateway->trunks, survey, NULL);
	return 0;
}

static int keep_traffic(void)
{
	char path[512];

	if (!app.gateway.state_dir ||
	    snprintf(path, sizeof(path), "%s/traffic", app.gateway.state_dir) >= (int)sizeof(path))
		return 0;
	app.traffic = traffic_keep_start(app.root, app.gateway.hub, path);
	return app.traffic ? 0 : -ENOMEM;
}

static void close_layers(void)
{
	struct gateway *gateway = &app.gateway;

	watch_stop();
	service_stop();
	http_stop();
	snmp_stop();
	webhooks_stop();
	manage_stop();
	traffic_keep_end(app.traffic);
	if (gateway->sip)
		sip_free(gateway->sip);
	if (gateway->trunks)
		trunks_free(gateway->trunks);
	if (gateway->hub)
		call_hub_free(gateway->hub);
	records_free(gateway->records); /* it takes the last records along */
	if (gateway->mg)
		mg_free(gateway->mg);
	if (app.gateway.plant)
		plant_free(app.gateway.plant);
	fetch_stop();
	alarms_reset();
	osmo_timer_del(&app.drain_end);
	if (app.signals.fd > 0) {
		osmo_fd_unregister(&app.signals);
		close(app.signals.fd);
	}
}

static void print_ready(const char *version)
{
	const struct sip_config *sip = config_get(app.gateway.running, &sip_section);
	const struct manage_config *cli = config_get(app.gateway.running, &manage_section);
	struct osmo_sockaddr_str sip_at, cli_at;

	osmo_sockaddr_str_from_str(&sip_at, sip->address, sip->port);
	fprintf(stderr, "crosspoint %s: ready; SIP udp " OSMO_SOCKADDR_STR_FMT ", CLI %s", version,
		OSMO_SOCKADDR_STR_FMT_ARGS(&sip_at), cli->cli_socket);
	if (*cli->cli_address &&
	    osmo_sockaddr_str_from_str(&cli_at, cli->cli_address, cli->cli_port) == 0)
		fprintf(stderr, "%s" OSMO_SOCKADDR_STR_FMT, *cli->cli_socket ? " and " : "",
			OSMO_SOCKADDR_STR_FMT_ARGS(&cli_at));
	fprintf(stderr, "\n");
}

static void start_serving(void)
{
	watch_start(&app.gateway);
	print_ready(VERSION);
	service_ready();
}

static int run(const char *file, const char *state_dir)
{
	struct config_report *report = config_report_new(app.root, file);
	int rc = -EINVAL;

	app.gateway.owner = app.root;
	app.gateway.state_dir = state_dir;
	app.gateway.config_file = file;
	app.gateway.apply = on_apply;
	app.gateway.drain = close_slowly;
	app.gateway.undrain = reopen;
	app.gateway.running = config_read(app.root, file, report);
	if (app.gateway.running) {
		raise_descriptors();
		rc = catch_signals();
		if (rc == 0)
			rc = open_layers();
		if (rc < 0)
			config_fault(report, 0, "cannot start: %s", strerror(-rc));
		if (rc == 0)
			rc = carry_to(app.gateway.running, report);
		if (rc == 0)
			rc = keep_traffic();
		if (rc == 0)
			rc = manage_start(&app.gateway);
	}
	report_print(report);
	if (rc == 0)
		start_serving();
	while (rc == 0 && !app.stopped)
		osmo_select_main(0);
	close_layers();
	return rc;
}

static int check(const char *file)
{
	struct config_report *report = config_report_new(app.root, file);
	struct config *config = config_read(app.root, file, report);

	report_print(report);
	if (config)
		printf("%s: ok: %s\n", file, config_summary(config, config));
	return config ? 0 : -EINVAL;
}

/* The exit code, or -errno. */
static int give_command(const struct arguments *arguments)
{
	const struct manage_config usual = { .cli_address = "127.0.0.1",
					     .cli_port = 4262,
					     .cli_socket = "/run/crosspoint/cli" };
	struct config_report *report = config_report_new(app.root, arguments->file);
	struct config *config;

	/* It holds passwords: not everybody who may give commands can read it. */
	if (access(arguments->file, R_OK))
		return client_run(&usual, arguments->n_words, arguments->words);
	config = config_read(app.root, arguments->file, report);
	report_print(report);
	return config ? client_run(config_get(config, &manage_section), arguments->n_words,
				   arguments->words)
		      : -EINVAL;
}

static int print_manual(const char *section)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int rc = -ENOMEM;

	if (out) {
		arguments_usage(out);
		fclose(out);
		rc = manual_print(stdout, section, text);
	}
	if (rc == -EINVAL)
		fprintf(stderr, "--manual %s: there is no such page; 5 or 8\n", section);
	free(text);
	return rc;
}

/* The exit code, or -errno. */
static int do_as_asked(const struct arguments *arguments)
{
	const struct setup_request wizard = { arguments->file, arguments->pbx, arguments->replace };

	switch (arguments->mode) {
	case MODE_MANUAL:
		return print_manual(arguments->value);
	case MODE_SETUP:
		return setup_run(&wizard);
	case MODE_IMPORT:
		return import_files(arguments->value, arguments->words[0]);
	case MODE_CHECK:
		return check(arguments->value);
	case MODE_CLI:
		return give_command(arguments);
	default:
		return run(arguments->file, arguments->state);
	}
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	int rc = records_command(argc, argv);

	if (rc >= 0)
		return rc;
	if (arguments_parse(argc, argv, &arguments)) {
		arguments_usage(stderr);
		return 2;
	}
	if (arguments.mode == MODE_HELP) {
		arguments_usage(stdout);
		return EXIT_SUCCESS;
	}
	if (arguments.mode == MODE_VERSION) {
		printf("crosspoint %s\n", VERSION);
		return EXIT_SUCCESS;
	}
	if (arguments.mode == MODE_DETECT)
		return dahdi_detect(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	app.root = talloc_named_const(NULL, 0, "crosspoint");
	log_setup(app.root);
	manage_init(app.root, VERSION);
	rc = do_as_asked(&arguments);
	talloc_free(app.root);
	return rc >= 0 ? rc : EXIT_FAILURE;
}
