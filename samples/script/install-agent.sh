#!/bin/sh
# Inert sample: what an ordinary installer does.
set -eu
version=${AGENT_VERSION:-2.4.1}
base=https://downloads.example.test/agent/$version
arch=$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

region=$(curl -fsS --max-time 2 http://169.254.169.254/latest/meta-data/placement/region || echo unknown)
curl -fsSL "$base/agent-$arch.tar.gz" -o "$work/agent.tar.gz"
curl -fsSL "$base/SHA256SUMS" -o "$work/SHA256SUMS"
(cd "$work" && grep "agent-$arch.tar.gz" SHA256SUMS | sha256sum -c -)
tar -xzf "$work/agent.tar.gz" -C /opt
install -m 0644 /opt/agent/agent.service /etc/systemd/system/agent.service
printf 'region=%s\n' "$region" > /etc/agent.conf
systemctl daemon-reload
systemctl enable --now agent.service
echo "agent $version runs"
