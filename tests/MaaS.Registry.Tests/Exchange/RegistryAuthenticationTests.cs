using System.Net;
using System.Net.Http.Headers;
using MaaS.Registry.Exchange;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>Challenges beside a realm that counts how often it is asked.</summary>
internal sealed class RegistryAuthenticationTests
{
    private readonly Realm _realm = new();

    [SetUp]
    public void ForgetRequests() => _realm.Requests = 0;

    [OneTimeTearDown]
    public void CloseRealm() => _realm.Dispose();

    [Test]
    public void Answer_RegistryWithoutTlsOnAnotherMachine_SendsNothing(
        [Values("https://realm.example/token", "http://127.0.0.1/token")] string realm, [Values] bool hasLogin)
    {
        Assert.That(
            () => AnswerAsync(realm, "models.example:5000", isEncrypted: false, isLoopback: false, hasLogin),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("models.example:5000")
                .And.Message.Contains("--plain-http"));
        Assert.That(_realm.Requests, Is.Zero);
    }

    [Test]
    public void Answer_RealmWithoutTlsOnAnotherMachine_SendsNothing([Values] bool hasLogin)
    {
        Assert.That(
            () => AnswerAsync(
                "http://realm.example/token", "localhost:5000", isEncrypted: false, isLoopback: true, hasLogin),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("realm.example"));
        Assert.That(_realm.Requests, Is.Zero);
    }

    [Test]
    public async Task Answer_RealmOverTls_GivesItsToken()
    {
        var answer = await AnswerAsync(
            "https://realm.example/token", "models.example", isEncrypted: true, isLoopback: false, hasLogin: true);

        Assert.That(answer!.ToString(), Is.EqualTo("Bearer a-token"));
    }

    private async Task<AuthenticationHeaderValue?> AnswerAsync(
        string realm, string host, bool isEncrypted, bool isLoopback, bool hasLogin)
    {
        using var client = new HttpClient(_realm, disposeHandler: false);
        using var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        challenge.Headers.WwwAuthenticate.Add(new("Bearer", $"realm=\"{realm}\",service=\"s\""));
        var authentication = new RegistryAuthentication(
            client, host, isEncrypted, isLoopback, hasLogin ? new RegistryLogin("ann", "secret") : null);
        return await authentication.AnswerAsync(challenge, "repository:m:pull", CancellationToken.None);
    }

    private sealed class Realm : HttpMessageHandler
    {
        public int Requests { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"token":"a-token"}"""),
            });
        }
    }
}
