/* SNMP: once a second, a snapshot of the spans for the sub-agent. One for the program. Control thread. */
#pragma once

struct config_report;
struct gateway;
struct snmp_config;

/* 0, or -errno with the reason in the report. */
int snmp_apply(struct gateway *gateway, const struct snmp_config *config,
	       struct config_report *report);
void snmp_stop(void);
