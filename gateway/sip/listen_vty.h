/* The sockets that SIP listens on, as commands of the sip node: a part of sip_section. */
#pragma once

#include <stdbool.h>

struct config;
struct config_report;
struct peer_config;
struct sip_config;
struct vty;

void listen_vty_install(void);
void listen_vty_validate(const struct config *config, struct config_report *report);
void listen_vty_write(const struct sip_config *value, struct vty *vty);
