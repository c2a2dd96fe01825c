// HTTPS servers of Node.js on ports of its own choice, printed as one line of JSON. Arguments: files with the chain and the key.
'use strict';
const fs = require('fs');
const https = require('https');

const pair = { cert: fs.readFileSync(process.argv[2]), key: fs.readFileSync(process.argv[3]) };
const servers = {
  open: {},
  request: { requestCert: true, rejectUnauthorized: false },
  demand12: { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
  demand13: { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
};
const ports = {};
for (const [name, options] of Object.entries(servers)) {
  const server = https.createServer({ ...pair, ...options }, (request, response) => response.end('hello\n'));
  server.listen(0, '127.0.0.1', () => {
    ports[name] = server.address().port;
    if (Object.keys(ports).length === Object.keys(servers).length) console.log(JSON.stringify(ports));
  });
}
