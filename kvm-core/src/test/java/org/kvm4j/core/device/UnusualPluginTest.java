package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that are not like most, and nothing is wrong with them. */
final class UnusualPluginTest {

  @TempDir Path directory;
  private Path plugins;
  private int workspaces;
  private DeviceCatalog catalog;

  @BeforeEach
  void makePluginDirectory() throws IOException {
    plugins = Files.createDirectory(directory.resolve("plugins"));
  }

  @AfterEach
  void close() {
    if (catalog != null) {
      catalog.close();
    }
  }

  private PluginJar jar() throws IOException {
    return new PluginJar(Files.createDirectory(directory.resolve("work" + workspaces++)));
  }

  private Path file() {
    return plugins.resolve("fine.jar");
  }

  private void assertListed() {
    catalog = DeviceCatalog.load(List.of(plugins));
    assertEquals(List.of(), catalog.problems());
    assertEquals(List.of("fine"), catalog.all().stream().map(DeviceType::name).toList());
  }

  @Test
  void aSignatureThatFits_works() throws Exception {
    Path unsigned = jar().portDevice("Fine", "fine", 0x520, 1).build(directory.resolve("fine.jar"));
    SignedJar.sign(unsigned, file());

    assertListed();
  }

  @Test
  void aVersionWithAnEscapeSequence_isShownWithoutIt() throws IOException {
    jar().version("1\u001b[31m").portDevice("Fine", "fine", 0x520, 1).build(file());

    assertListed();
    assertEquals("1?[31m", catalog.find("fine").origin().version());
  }

  @Test
  void aModule_isLoadedByItsServiceFile() throws IOException {
    jar().source("module-info", "module fine { }").build(directory.resolve("module.jar"));
    byte[] moduleInfo =
        Files.readAllBytes(
            directory.resolve("work" + (workspaces - 1) + "/classes/module-info.class"));
    jar().file("module-info.class", moduleInfo).portDevice("Fine", "fine", 0x520, 1).build(file());

    assertListed();
  }

  @Test
  void aMultiReleaseJar_givesTheClassOfThisJava() throws IOException {
    jar().portDevice("Fine", "fine", 0x520, 1).build(directory.resolve("newer.jar"));
    byte[] newer =
        Files.readAllBytes(directory.resolve("work" + (workspaces - 1) + "/classes/Fine.class"));
    jar()
        .attribute("Multi-Release", "true")
        .portDevice("Fine", "old-java", 0x520, 1)
        .file("META-INF/versions/17/Fine.class", newer)
        .build(file());

    assertListed();
  }

  @Test
  void aCopyOfTheSpi_isNotUsed() throws IOException {
    jar()
        .source(
            "org.kvm4j.device.NearestName",
            "package org.kvm4j.device; public class NearestName {"
                + " public static String hint(String a, java.util.List<String> b)"
                + " { return \"mine\"; } }")
        .provider(
            "Fine",
            "fine",
            "String description() { return NearestName.hint(\"x\", List.of()) + \"theirs\"; }")
        .build(file());

    assertListed();
    assertEquals("theirs", catalog.find("fine").provider().description());
  }

  @Test
  void anotherGuava_isThePluginsOwn() throws IOException {
    jar()
        .source(
            "com.google.common.base.Joiner",
            "package com.google.common.base; public class Joiner {"
                + " public static String mine() { return \"mine\"; } }")
        .provider(
            "Fine", "fine", "String description() { return com.google.common.base.Joiner.mine(); }")
        .build(file());

    assertListed();
    assertEquals("mine", catalog.find("fine").provider().description());
  }
}
