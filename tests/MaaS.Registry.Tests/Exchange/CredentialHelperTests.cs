using System.Runtime.Versioning;
using MaaS.Registry.Exchange;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>Docker's credential helpers, played by scripts on the PATH.</summary>
[NonParallelizable]
[Platform(Exclude = "Win")]
[UnsupportedOSPlatform("windows")]
internal sealed class CredentialHelperTests
{
    private TemporaryFolder _folder = null!;
    private string? _path;

    [SetUp]
    public void PutHelpersOnThePath()
    {
        _folder = new TemporaryFolder();
        _path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", $"{_folder.Path}{Path.PathSeparator}{_path}");
        // Answers with the registry that it was asked for, and notes the verb.
        Write("good", """
            host=$(cat); echo "$1 $host" >> "$(dirname "$0")/asked"
            printf '{"ServerURL":"%s","Username":"ann","Secret":"secret of %s"}' "$host" "$host"
            """);
        Write("empty", "cat >/dev/null; echo 'credentials not found in native keychain'; exit 1");
        Write("locked", "cat >/dev/null; echo 'the keychain is locked'; exit 1");
        Write("token", """cat >/dev/null; echo '{"Username":"<token>","Secret":"hidden"}'""");
        Write("odd", "cat >/dev/null; echo 'hidden'");
        Write("deaf", """echo '{"Username":"ann","Secret":"deaf"}'""");
    }

    [TearDown]
    public void Restore()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _folder.Dispose();
    }

    [Test]
    public void Find_HelperOfARegistry_IsAskedForIt()
    {
        var logins = Logins("""{"credHelpers":{"a.example":"good"},"auths":{"a.example":{},"b.example":{}}}""");

        Assert.That(logins.Find("a.example"), Is.EqualTo(new RegistryLogin("ann", "secret of a.example")));
        Assert.That(logins.Find("b.example"), Is.Null);
        Assert.That(File.ReadAllText(_folder["asked"]), Is.EqualTo("get a.example\n"), "and of nothing else");
    }

    [Test]
    public void Find_HelperOfAll_IsAskedWhereTheRegistryHasNoneOfItsOwn()
    {
        var logins = Logins("""{"credHelpers":{"a.example":"empty"},"credsStore":"good"}""");

        Assert.That(logins.Find("a.example"), Is.Null);
        Assert.That(logins.Find("b.example")!.Password, Is.EqualTo("secret of b.example"));
    }

    [Test]
    public void Find_HelperThatHasNone_LeavesTheFilesLogin()
    {
        var auth = Convert.ToBase64String("bob:own"u8);
        var logins = Logins($$"""{"credsStore":"empty","auths": {"a.example": {"auth": "{{auth}}" } } }""");

        Assert.That(logins.Find("a.example"), Is.EqualTo(new RegistryLogin("bob", "own")));
    }

    [Test]
    public void Find_OwnLogin_GoesBeforeAnyHelper()
    {
        var logins = Logins("""{"credsStore":"missing"}""");
        logins.Store("a.example", new RegistryLogin("ann", "own"));

        Assert.That(logins.Find("a.example")!.Password, Is.EqualTo("own"));
    }

    [Test]
    public void Find_HelperThatReadsNothing_IsUnderstood()
        => Assert.That(Logins("""{"credsStore":"deaf"}""").Find("a.example")!.Password, Is.EqualTo("deaf"));

    [TestCase("missing", "docker-credential-missing")]
    [TestCase("locked", "the keychain is locked")]
    [TestCase("token", "identity token")]
    [TestCase("odd", "Username and Secret")]
    [TestCase("../good", "expected the name of a credential helper")]
    public void Find_HelperThatFails_SaysWhyAndNoSecret(string helper, string reason)
        => Assert.That(
            () => Logins($$"""{"credsStore":"{{helper}}"}""").Find("a.example"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(reason).And.Message.Not.Contains("hidden"));

    [Test]
    public void Find_HelperThatIsNoText_IsRefused()
        => Assert.That(
            () => Logins("""{"credsStore":7}""").Find("a.example"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("credsStore"));

    private RegistryLogins Logins(string docker)
    {
        File.WriteAllText(_folder["docker.json"], docker);
        return new RegistryLogins(_folder["own.json"], _folder["docker.json"]);
    }

    private void Write(string name, string script)
    {
        var path = _folder[$"docker-credential-{name}"];
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
