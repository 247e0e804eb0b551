/* Inside of manage/: what the files of commands share. Control thread. */
#pragma once

#include <stdbool.h>

struct cmd_element;
struct config;
struct gateway;
struct manage_config;
struct vty;

/* The gateway served, NULL before manage_start. */
struct gateway *cli_gateway(void);
/* What the CLI is by since manage_start: another configuration of it waits for the next start, whatever runs. */
const struct manage_config *cli_config(void);
const char *cli_version(void);
/* Seconds since the program began. */
unsigned cli_uptime_s(void);

/* Installs a command for anyone at a terminal: in the nodes of both views. */
void cli_install(struct cmd_element *element);
/* The same for one that changes something: the audit log is told of it. */
void cli_install_action(struct cmd_element *element);
/* May the session change anything? False after a complaint: it may only look. */
bool cli_may_change(struct vty *vty);
/* Who gives commands there, for the audit log: "cli 127.0.0.1:51234", "cli user alice". It lives until the next call. */
const char *cli_who(const struct vty *vty);
/* Installs a command, closed to files, in CONFIG_NODE and in every node below it. */
void cli_install_editing(struct cmd_element *element);

/* A line that belongs to no command, as progress does: it does not disturb what is being typed. */
void cli_notice(struct vty *vty, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* libosmovty shows the help of a first word as the first command has it: one text for all. */
#define TEST_STR "Test channels and spans, or make faults on purpose\n"
#define WATCH_FIRST_STR                                                                            \
	"Keep something on the whole screen, up to date, until q; arrow and page keys scroll\n"

/* Each file's commands. */
void show_install(void);
void show_familiar_install(void);
void show_alarms_install(void);
void show_webhooks_install(void);
void show_lookups_install(void);
void show_transports_install(void);
void show_guard_install(void);
void show_fraud_install(void);
void cause_test_install(void);
void route_test_install(void);
void show_changes_install(void);
void show_options_install(void);
void drain_vty_install(void);
void show_records_install(void);
void show_timeline_install(void);
void why_vty_install(void);
void watch_channels_install(void);
void watch_call_install(void);
void export_vty_install(void);
void show_emergency_install(void);
void show_trunk_groups_install(void);
void show_performance_install(void);
void show_registrations_install(void);
void show_quality_install(void);
void show_traffic_install(void);
void show_sound_install(void);
void actions_install(void);
void maintenance_vty_install(void);
void channel_test_install(void);
void candidate_install(void);
void store_install(void);

/* Ends tests of channels that are in service again; all tests: spans and trunks may change. */
void channel_test_check(void);
void channel_test_end_all(void);

/* A session has ended: nothing may write to it any more. */
void actions_forget(struct vty *vty);
/* A session has ended, or may have left editing by a key that libosmovty does not report. */
void candidate_forget(struct vty *vty);
void candidate_check_left(struct vty *vty);
/* Frees the candidate and what was committed before. */
void candidate_stop(void);
/* Forgets the configurations before the running one, and what waits to be confirmed. */
void commit_stop(void);
/* Whether a candidate differs from the running configuration. */
bool candidate_pending(void);
