using System.Security.Claims;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.Security;

public sealed class ClaimsCallerFactoryTests
{
    [TestCase(ClaimTypes.NameIdentifier)]
    [TestCase("sub")]
    public void Create_UserWhoChoseAnothersName_IsNamedByTheIdentifier(string type)
    {
        var user = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, "web-shop"), new Claim(type, "4711"), new Claim("scope", "read")], "test"));

        var caller = new ClaimsCallerFactory().Create(user)!;

        Assert.That((caller.Name, caller.Scopes), Is.EqualTo(("4711", ServingScope.Read)));
        Assert.That(caller.ProvenBy(ProofKinds.User).Account, Is.EqualTo("user:4711"));
    }

    [Test]
    public void Create_UserWithANameAlone_IsNamedByIt()
        => Assert.That(
            new ClaimsCallerFactory().Create(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "test")))!.Name,
            Is.EqualTo("ann"));

    [TestCase("token:ann")]
    [TestCase("certificate:CN=ann")]
    [TestCase("user:ann")]
    public void CreateKey_NameOfAnAccountOfAnotherKind_IsRefused(string name)
        => Assert.That(
            () => ApiKey.Create(name, ["read"]), Throws.ArgumentException.With.Message.Contains("token:"));
}
