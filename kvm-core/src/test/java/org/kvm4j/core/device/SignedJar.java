package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import jdk.security.jarsigner.JarSigner;

/** Signs a jar as its author would, and forges it as an attacker would. */
final class SignedJar {

  private static final char[] PASSWORD = "password".toCharArray();

  private SignedJar() {}

  /** Signs with a key of its own. */
  static void sign(Path jar, Path signed) throws Exception {
    Path keys = Files.createTempDirectory(jar.getParent(), "keys").resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "author",
                "-dname",
                "CN=author",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-storepass",
                "password",
                "-keystore",
                keys.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, keytool.waitFor(), said);
    KeyStore store = KeyStore.getInstance(keys.toFile(), PASSWORD);
    var key =
        (KeyStore.PrivateKeyEntry)
            store.getEntry("author", new KeyStore.PasswordProtection(PASSWORD));
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream out = Files.newOutputStream(signed)) {
      new JarSigner.Builder(key).build().sign(in, out);
    }
  }

  /** The jar with one file from another. */
  static void replace(Path jar, String name, Path from, Path forged) throws Exception {
    try (ZipFile original = new ZipFile(jar.toFile());
        ZipFile other = new ZipFile(from.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(forged))) {
      for (ZipEntry each : Collections.list(original.entries())) {
        ZipFile source = each.getName().equals(name) ? other : original;
        out.putNextEntry(new ZipEntry(each.getName()));
        try (InputStream in = source.getInputStream(source.getEntry(each.getName()))) {
          in.transferTo(out);
        }
      }
    }
  }
}
