using System.Net;
using System.Security.Claims;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Endpoints;

public sealed class RequestContextFactoryTests
{
    private readonly RequestContextFactory _contexts = new(
        Options.Create(new MaaSServingOptions()), TimeProvider.System);

    [Test]
    public void Of_StreamsOfOneConnection_ShareItsAddressAndNoDictionary()
    {
        var (one, other) = (new Connection(), new Connection());

        var first = Key(one, "10.0.0.1");

        Assert.That(Key(one, "10.0.0.1"), Is.SameAs(first), "it is written as text once");
        Assert.That((first, Key(other, "10.0.0.2")), Is.EqualTo(("10.0.0.1", "10.0.0.2")));
    }

    [Test]
    public void Of_ServerWithoutConnections_ReadsTheAddressEachTime()
        => Assert.That((Key(null, "10.0.0.1"), Key(null, "10.0.0.2")), Is.EqualTo(("10.0.0.1", "10.0.0.2")));

    [Test]
    public void Of_NamedCaller_IsTheAccountAndNotTheNameThatIsShown()
    {
        var key = new Caller("ann", ServingScope.Predict);

        Assert.That(Key(null, "10.0.0.1", key, shown: "Ann"), Is.EqualTo("ann"));
        Assert.That(Key(null, "10.0.0.1", key.ProvenBy(ProofKinds.Token), shown: "ann"), Is.EqualTo("token:ann"));
        Assert.That(
            Key(null, "10.0.0.1", shown: "ann"), Is.EqualTo("user:ann"),
            "a user of an application that names no scheme");
    }

    private string Key(Connection? connection, string address, Caller? caller = null, string? shown = null)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
        context.Features.Set<IConnectionItemsFeature>(connection);
        context.Features.Set(caller ?? Caller.Server);
        context.User = shown is null ? context.User
            : new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, shown)], "test"));
        return _contexts.Of(context).ClientKey;
    }

    /// <summary>Its streams run side by side, and a dictionary takes no two writers.</summary>
    private sealed class Connection : IConnectionItemsFeature
    {
        public IDictionary<object, object?> Items
        {
            get => throw new AssertionException("expected nobody to use the dictionary that every stream writes to");
            set => throw new NotSupportedException();
        }
    }
}
