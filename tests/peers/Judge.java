import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Asks the JVM's own TLS client about certificate chains, one case a line of standard input.
 *
 * <p>In: id TAB host TAB key (PKCS8) TAB chain TAB anchors TAB key exchange, all DER in base64, lists with commas. Out: id TAB "ok" TAB, or id TAB the
 * exception and its causes, each as toString(), joined by " <- ", TAB the alert sent. Both ends of the handshake are engines in memory.
 */
public final class Judge {
    private static final CertificateFactory FACTORY = factory();

    private static CertificateFactory factory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<X509Certificate> certificates(String field) throws Exception {
        List<X509Certificate> found = new ArrayList<>();
        for (String one : field.split(",")) {
            if (!one.isEmpty()) {
                found.add((X509Certificate) FACTORY.generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(one))));
            }
        }
        return found;
    }

    /** The chain to be sent. What this JVM does not read is sent all the same, behind the face of the certificate after it, which must have the same kind of key. */
    private static List<X509Certificate> presented(String field) throws Exception {
        String[] parts = field.split(",");
        List<X509Certificate> found = new ArrayList<>();
        for (int place = 0; place < parts.length; place++) {
            try {
                found.addAll(certificates(parts[place]));
            } catch (CertificateException e) {
                found.add(new Faced(Base64.getDecoder().decode(parts[place]), certificates(parts[place + 1]).get(0)));
            }
        }
        return found;
    }

    /** A key manager that presents exactly what it was given. */
    private static final class Presents extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final X509Certificate[] chain;

        Presents(PrivateKey key, List<X509Certificate> chain) {
            this.key = key;
            this.chain = chain.toArray(new X509Certificate[0]);
        }

        private String alias(String keyType) {
            return keyType.equals(chain[0].getPublicKey().getAlgorithm()) ? "it" : null;
        }

        @Override public String[] getClientAliases(String keyType, Principal[] issuers) { return null; }
        @Override public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) { return null; }
        @Override public String[] getServerAliases(String keyType, Principal[] issuers) { return new String[] {"it"}; }
        @Override public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) { return alias(keyType); }
        @Override public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) { return alias(keyType); }
        @Override public X509Certificate[] getCertificateChain(String alias) { return chain; }
        @Override public PrivateKey getPrivateKey(String alias) { return key; }
    }

    private static void run(SSLEngine engine) {
        Runnable task;
        while ((task = engine.getDelegatedTask()) != null) {
            task.run();
        }
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING && engine.getSession().isValid()
            && !engine.getSession().getProtocol().equals("NONE");
    }

    /** Move bytes both ways until the client is through; the client's exception is the answer. */
    private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        ByteBuffer up = ByteBuffer.allocate(1 << 19);
        ByteBuffer down = ByteBuffer.allocate(1 << 19);
        ByteBuffer sink = ByteBuffer.allocate(1 << 19);
        client.beginHandshake();
        for (int turn = 0; turn < 400; turn++) {
            step(client, nothing, down, up, sink);
            if (done(client)) {
                return;
            }
            step(server, nothing, up, down, sink);
        }
        throw new SSLException("the handshake does not end");
    }

    private static void step(SSLEngine engine, ByteBuffer nothing, ByteBuffer in, ByteBuffer out, ByteBuffer sink) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> run(engine);
            case NEED_WRAP -> engine.wrap(nothing, out);
            default -> {
                in.flip();
                sink.clear();
                engine.unwrap(in, sink);
                in.compact();
            }
        }
    }

    /** The alert that the client sends after its refusal, as the server names it. */
    private static String alert(SSLEngine client, SSLEngine server) {
        ByteBuffer up = ByteBuffer.allocate(1 << 17);
        ByteBuffer sink = ByteBuffer.allocate(1 << 17);
        try {
            client.wrap(ByteBuffer.allocate(0), up);
            up.flip();
            while (up.hasRemaining()) {
                int before = up.position();
                server.unwrap(up, sink);
                run(server);
                if (up.position() == before) {
                    break;
                }
            }
        } catch (SSLException e) {
            return e.getMessage().replaceAll(".*alert: ", "").replaceAll("\\s+", " ");
        }
        return "";
    }

    private static String judge(String[] field) throws Exception {
        List<X509Certificate> chain = presented(field[3]);
        PrivateKey key = KeyFactory.getInstance(chain.get(0).getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(field[2])));
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate one : certificates(field.length > 4 ? field[4] : "")) {
            store.setCertificateEntry("anchor" + number++, one);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext ours = SSLContext.getInstance("TLS");
        ours.init(null, trust.getTrustManagers(), null);
        SSLContext theirs = SSLContext.getInstance("TLS");
        theirs.init(new KeyManager[] {new Presents(key, chain)}, null, null);
        SSLEngine client = ours.createSSLEngine(field[1], 443);
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        client.setSSLParameters(parameters);
        SSLEngine server = theirs.createSSLEngine();
        server.setUseClientMode(false);
        if (field.length > 5 && field[5].equals("key-transport")) {
            server.setEnabledProtocols(new String[] {"TLSv1.2"});
            server.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_GCM_SHA256"});
        }
        try {
            shake(client, server);
            return "ok\t";
        } catch (SSLException | RuntimeException e) {
            StringBuilder text = new StringBuilder();
            for (Throwable one = e; one != null && text.length() < 4000; one = one.getCause()) {
                text.append(text.length() == 0 ? "" : " <- ").append(one);
            }
            return text.toString().replaceAll("\\s+", " ") + "\t" + alert(client, server);
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line;
        while ((line = lines.readLine()) != null) {
            String[] field = line.split("\t", -1);
            String answer;
            try {
                answer = judge(field);
            } catch (Exception e) {
                answer = "driver: " + e.toString().replaceAll("\\s+", " ") + "\t";
            }
            System.out.println(field[0] + "\t" + answer);
            System.out.flush();
        }
    }
}
