using System.Security.Cryptography;
using MaaS.Serving.Security;
using MaaS.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Serving.Tests.Security;

/// <summary>Limits of tokens, which a gateway passes on with its callers.</summary>
public sealed class JwtCredentialTests
{
    private const string Tokens = "maas_tokens_per_minute", Streams = "maas_concurrent_streams";

    private TemporaryFolder _folder = null!;
    private ECDsa _key = null!;

    [OneTimeSetUp]
    public void MakeKey()
    {
        (_folder, _key) = (new TemporaryFolder(), ECDsa.Create(ECCurve.NamedCurves.nistP256));
        File.WriteAllText(_folder["gateway.pub"], _key.ExportSubjectPublicKeyInfoPem());
    }

    [OneTimeTearDown]
    public void RemoveKey()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task ReadAsync_LimitsOfTokens_AreTheCallers()
    {
        var limited = await ReadAsync((Tokens, 1_000_000_000_000), (Streams, 1_000_000));
        var free = await ReadAsync();

        Assert.That(
            (limited.Caller!.Account, limited.Caller.TokensPerMinute, limited.Caller.ConcurrentStreams),
            Is.EqualTo(("token:ann", (long?)1_000_000_000_000, (int?)1_000_000)));
        Assert.That(
            (free.Caller!.TokensPerMinute, free.Caller.ConcurrentStreams), Is.EqualTo(((long?)null, (int?)null)));
    }

    [TestCase(Streams, "many"), TestCase(Streams, 0), TestCase(Streams, -1), TestCase(Streams, 1_000_001)]
    [TestCase(Tokens, 1.5), TestCase(Tokens, ""), TestCase(Tokens, 1_000_000_000_001L)]
    public async Task ReadAsync_LimitThatIsNone_IsRefused(string claim, object limit)
    {
        var proof = await ReadAsync((claim, limit));

        Assert.That(proof.Caller, Is.Null);
        Assert.That(proof.Fault, Does.Contain(claim));
    }

    private async Task<Proof> ReadAsync(params (string Name, object Value)[] claims)
    {
        var options = new MaaSServingOptions();
        options.Security.Jwt = new JwtOptions
        {
            Issuer = "maas-gateway",
            Audience = "maas",
            PublicKeyFiles = [_folder["gateway.pub"]],
        };
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "maas-gateway",
            Audience = "maas",
            Expires = DateTime.UtcNow.AddMinutes(1),
            Claims = claims.Append(("sub", "ann")).ToDictionary(static c => c.Item1, static c => c.Item2),
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key), "ES256"),
        });
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = $"Bearer {token}";
        return (await new JwtCredential(
            Options.Create(options), TimeProvider.System, NullLogger<JwtCredential>.Instance).ReadAsync(context))!;
    }
}
