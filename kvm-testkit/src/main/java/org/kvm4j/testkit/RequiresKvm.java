package org.kvm4j.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or a class of tests, that runs a guest on {@code /dev/kvm}.
 *
 * <p>Where {@code /dev/kvm} cannot be opened for reading and writing, the test is skipped and the
 * report says why. With the system property {@code kvm.required=true} it fails instead, so that a
 * build machine that should have KVM cannot turn green without it.
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresKvmExtension.class)
@SuppressWarnings("exports") // the package is open to JUnit, and nobody else needs the extension
public @interface RequiresKvm {}
