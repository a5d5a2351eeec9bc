using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using MaaS.Core.Packages;
using MaaS.Registry.Versions;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Protocols.TensorFlow.Schema;
using MaaS.Serving.Security;
using MaaS.Tests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Tests.Security;

/// <summary>
/// Asks every endpoint of a running server and every gRPC method as somebody who may use one model, about another: what
/// answers must not know the other's name. A new endpoint is walked without being named here, unless it names its model
/// in a body.
/// </summary>
public sealed class EndpointWalkTests
{
    private const string Mine = "mine", Hidden = "hidden-model", Broken = "broken-model";

    private static readonly string[] Kept = [Hidden, Broken];

    /// <summary>Requests that name a model elsewhere than in the address: with <c>{0}</c> for it.</summary>
    private static readonly Dictionary<string, (string Address, string Body)> NamedElsewhere = new()
    {
        ["POST /predict"] = ("/predict?model={0}", SecuredServer.Instance),
        ["POST /models"] = ("/models?url={0}.onnx", ""),
    };

    /// <summary>A message of every method that is about one model; the answers of the others are filtered.</summary>
    private static readonly Dictionary<string, Func<string, IMessage>> Messages = new()
    {
        ["ModelReady"] = m => new ModelReadyRequest { Name = m },
        ["ModelMetadata"] = m => new ModelMetadataRequest { Name = m },
        ["ModelConfig"] = m => new ModelConfigRequest { Name = m },
        ["ModelStatistics"] = m => new ModelStatisticsRequest { Name = m },
        ["TraceSetting"] = m => new TraceSettingRequest { ModelName = m },
        ["ModelInfer"] = GrpcCalls.Infer,
        ["ModelStreamInfer"] = GrpcCalls.Infer,
        ["RepositoryModelLoad"] = m => new RepositoryModelLoadRequest { ModelName = m },
        ["RepositoryModelUnload"] = m => new RepositoryModelUnloadRequest { ModelName = m },
        ["Predict"] = m => new PredictRequest { ModelSpec = new ModelSpec { Name = m } },
        ["Classify"] = m => new ClassificationRequest { ModelSpec = new ModelSpec { Name = m } },
        ["Regress"] = m => new RegressionRequest { ModelSpec = new ModelSpec { Name = m } },
        ["MultiInference"] = m => new MultiInferenceRequest
        {
            Tasks = { new InferenceTask
            {
                ModelSpec = new ModelSpec { Name = m },
                MethodName = "tensorflow/serving/classify",
            } },
        },
        ["GetModelMetadata"] = m =>
            new GetModelMetadataRequest { ModelSpec = new ModelSpec { Name = m }, MetadataField = { "signature_def" } },
        ["GetModelStatus"] = m => new GetModelStatusRequest { ModelSpec = new ModelSpec { Name = m } },
    };

    /// <summary>Methods about no model that an empty message does not suit.</summary>
    private static readonly Dictionary<string, int> OtherStatus = new()
    {
        ["HandleReloadConfigRequest"] = 12,
        ["SystemSharedMemoryRegister"] = 3,
    };

    private readonly ModelsFolder _models = new();
    private readonly TemporaryFolder _registry = new();
    private readonly Dictionary<string, string> _keys = [];
    private TestServer _server = null!;
    private int _asked;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        File.Copy(ModelsFolder.Fixture("same.onnx"), _models[Mine + ".onnx"]);
        File.Copy(ModelsFolder.Fixture("same.onnx"), _models[Hidden + ".onnx"]);
        await File.WriteAllTextAsync(_models[Broken + ".onnx"], "no model");
        await FillRegistryAsync();
        ApiKeyOptions[] keys = [
            Make("all of mine", ServingScopes.Names, Mine), Make("all of all", ServingScopes.Names),
            .. ServingScopes.Names.Select(s => Make(s, [s])),
        ];
        _server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.GrpcUrl, o.Watch) = (_models.Path, "http://127.0.0.1:0", false);
                o.Registry = $"sqlite:{_registry["registry.db"]}";
                foreach (var key in keys)
                {
                    o.Security.ApiKeys.Add(key);
                }
            },
            isOpen: false);

        CopyToHidden();

        // Something to count for both models, and a copy of the one that goes to the other.
        await _server.PredictAsync(_keys["all of all"], Mine);
        await _server.PredictAsync(_keys["all of all"], Hidden);
        await _server.PredictAsync(_keys["all of all"], "nobody");
        Assert.That(
            async () => (await AskAsync("GET", "/v2/repository/shadow", _keys["all of all"])).Text,
            Does.Contain(Hidden).After(5000, 50));
    }

    [SetUp]
    public void CopyToHidden()
        => _server.Models.SetRoute(Mine, new TrafficRoute { Shadow = new ShadowRule { Model = Hidden } });

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await TestContext.Progress.WriteLineAsync(
            $"endpoint walk: {Endpoints.Count()} endpoints, {GrpcMethods.Count()} gRPC methods among them, "
                + $"{_keys.Count + 2} callers, {_asked} requests");
        await _server.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _registry.Dispose();
        _models.Dispose();
    }

    /// <summary>Versions for the catalogue; nothing points to them, so that none of them is served.</summary>
    private async Task FillRegistryAsync()
    {
        var store = await ModelStore.OpenAsync($"sqlite:{_registry["registry.db"]}");
        await ModelsFolder.CreateDigitsAsync(_registry["package.maas"]);
        using var package = await ModelPackage.OpenAsync(_registry["package.maas"]);
        foreach (var name in new[] { Mine, Hidden })
        {
            await store.AddAsync(package, new NewVersion { Name = name });
        }
    }

    private IEnumerable<(string Method, string Route, ServingScope Scope)> Endpoints
        => from endpoint in _server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
           select (
               method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
               endpoint.Metadata.GetMetadata<ScopeMetadata>()!.Scope);

    private IEnumerable<(string Method, string Route, ServingScope Scope)> HttpEndpoints
        => Endpoints.Where(e => !IsGrpc(e.Route));

    /// <summary>All but the one that never ends: it is about no model, and open as Check is.</summary>
    private IEnumerable<(string Method, ServingScope Scope)> GrpcMethods
        => Endpoints.Where(
            e => IsGrpc(e.Route) && e.Route != "/grpc.health.v1.Health/Watch"
                && !e.Route.Contains('{', StringComparison.Ordinal))
            .Select(e => (e.Route, e.Scope));

    [Test]
    public async Task EveryEndpoint_AboutAModelThatIsKeptFromTheCaller_RefusesOrLeavesItOut()
    {
        foreach (var (method, route, scope) in HttpEndpoints)
        {
            foreach (var model in Kept)
            {
                var (status, text, asked) = await AskAboutAsync(method, route, model, _keys["all of mine"]);
                if (asked)
                {
                    Assert.That((int)status, Is.EqualTo(403), $"{method} {route}: {text}");
                }
                else
                {
                    Assert.That((int)status, Is.Not.AnyOf(401, 403), $"{method} {route}: {text}");
                    Assert.That(text, Does.Not.Contain(Hidden).And.Not.Contain(Broken), $"{method} {route}");
                }
            }
        }
    }

    [Test]
    public async Task EveryEndpoint_AboutTheCallersModel_TellsNothingOfOthers()
    {
        foreach (var (method, route, scope) in HttpEndpoints.Where(
            e => e.Method != "DELETE" && !e.Route.EndsWith("/unload", StringComparison.Ordinal)))
        {
            var (status, text, _) = await AskAboutAsync(method, route, Mine, _keys["all of mine"]);
            Assert.That((int)status, Is.Not.AnyOf(401, 403), $"{method} {route}: {text}");
            Assert.That(text, Does.Not.Contain(Hidden).And.Not.Contain(Broken), $"{method} {route}");

            // Errors that say what there is.
            (_, text,
                _) = await AskAboutAsync(method, route, Mine, _keys["all of mine"], version: "77", label: "nowhere");
            Assert.That(
                text, Does.Not.Contain(Hidden).And.Not.Contain(Broken),
                $"{method} {route} of a version that is not there");
        }
    }

    [Test]
    public async Task EveryEndpoint_WithoutTheScope_Refuses()
    {
        foreach (var (method, route, scope) in HttpEndpoints)
        {
            var open = scope == ServingScope.None;
            foreach (var (who, key) in new[] { ("nobody", null), ("a guess", "maas_000000000000_guess") })
            {
                var (status, text, _) = await AskAboutAsync(method, route, Hidden, key);
                Assert.That(
                    (int)status, open ? Is.Not.AnyOf(401, 403) : Is.EqualTo(401), $"{who}: {method} {route}: {text}");
                Assert.That(text, Does.Not.Contain(Broken).And.Not.Contain(Mine), $"{who}: {method} {route}");
            }

            foreach (var name in ServingScopes.Names.Where(n => !open && ServingScopes.Parse(n) != scope))
            {
                var (status, text, _) = await AskAboutAsync(method, route, Hidden, _keys[name]);
                Assert.That((int)status, Is.EqualTo(403), $"a key with the scope {name}: {method} {route}: {text}");
            }
        }
    }

    [Test]
    public async Task EveryList_ForACallerOfAllModels_NamesThem()
    {
        // Otherwise the other tests would find nothing because there is nothing.
        foreach (var (method, address) in new[]
        {
            ("GET", "/healthz"), ("GET", "/models"), ("GET", "/v1/models"), ("GET", "/v2/models"),
            ("GET", "/v2/models/stats"), ("POST", "/v2/repository/index"), ("GET", "/v2/repository/shadow"),
            ("GET", "/metrics"), ("GET", "/page/overview"), ("GET", "/catalogue"), ("GET", "/catalogue/models"),
            ("GET", $"/v2/repository/models/{Mine}/route"),
        })
        {
            Assert.That((await AskAsync(method, address, _keys["all of all"])).Text, Does.Contain(Hidden), address);
        }
    }

    [Test]
    public async Task EveryGrpcMethod_AboutAModelThatIsKeptFromTheCaller_RefusesOrLeavesItOut()
    {
        Assert.That(GrpcMethods.Count(), Is.GreaterThanOrEqualTo(29));
        foreach (var (method, scope) in GrpcMethods)
        {
            foreach (var model in Kept)
            {
                var messages = Messages.TryGetValue(method[(method.LastIndexOf('/') + 1)..], out var about)
                    ? about(model) : new ServerLiveRequest();
                var (status, message, answers) = await CallAsync(method, messages, _keys["all of mine"]);
                var text = message + string.Concat(answers.Select(Encoding.Latin1.GetString));
                if (method.EndsWith("/ModelStreamInfer", StringComparison.Ordinal))
                {
                    // The stream goes on; the request in it is refused.
                    var answer = ModelStreamInferResponse.Parser.ParseFrom(answers.Single());
                    Assert.That((status, answer.InferResponse.RawOutputContents.Count), Is.EqualTo((0, 0)), text);
                    Assert.That(answer.ErrorMessage, Does.Contain("may use"));
                    continue;
                }

                Assert.That(
                    status,
                    Is.EqualTo(
                        about is not null ? 7 : OtherStatus.GetValueOrDefault(method[(method.LastIndexOf('/') + 1)..])),
                        $"{method}: {text}");
                Assert.That(
                    about is null
                        && (text.Contains(Hidden, StringComparison.Ordinal)
                            || text.Contains(Broken, StringComparison.Ordinal)), Is.False, $"{method}: {text}");
            }

            var (bare, _, _) = await CallAsync(method, new ServerLiveRequest(), null);
            Assert.That(bare, Is.EqualTo(scope == ServingScope.None ? 0 : 16), method);
            foreach (var name in ServingScopes.Names.Where(
                n => scope != ServingScope.None && ServingScopes.Parse(n) != scope))
            {
                Assert.That(
                    (await CallAsync(method, new ServerLiveRequest(), _keys[name])).Status, Is.EqualTo(7),
                    $"{method} with the scope {name}");
            }
        }

        const string Unknown = GrpcCalls.Service + "Nothing";
        Assert.That((await CallAsync(Unknown, new ServerLiveRequest(), null)).Status, Is.EqualTo(16));
        Assert.That((await CallAsync(Unknown, new ServerLiveRequest(), _keys["read"])).Status, Is.EqualTo(12));

        Assert.That(
            (await CallAsync(
                GrpcCalls.Service + "ModelStatistics", new ModelStatisticsRequest(),
                _keys["all of mine"])).Answers.Select(Encoding.Latin1.GetString),
                Has.All.Contains(Mine).And.None.Contains(Hidden));
        Assert.That(
            (await CallAsync(
                GrpcCalls.Service + "RepositoryIndex", new RepositoryIndexRequest(),
                _keys["all of all"])).Answers.Select(Encoding.Latin1.GetString), Has.All.Contains(Hidden));
        Assert.That(
            (await CallAsync(
                GrpcCalls.Service + "ModelStreamInfer", GrpcCalls.Infer(Mine),
                _keys["all of mine"])).Answers.Select(a => ModelStreamInferResponse.Parser.ParseFrom(a).ErrorMessage),
                Is.All.Empty);
    }

    [Test]
    public async Task Route_WithCopiesToAModelThatIsKept_IsRefused_AndOneThatIsThereIsNotShown()
    {
        const string Route = $"/v2/repository/models/{Mine}/route";
        Assert.That(
            (int)(await AskAsync(
                "PUT", Route, _keys["all of mine"], $$"""{"shadow": {"model": "{{Hidden}}"} }""")).Status,
                Is.EqualTo(403));
        Assert.That(
            (await AskAsync("PUT", Route, _keys["all of mine"], """{"shadow": {"model": "not-there"}}""")).Text,
            Does.Contain("may use").And.Not.Contain(Hidden));
        Assert.That((await AskAsync("GET", Route, _keys["all of mine"])).Text, Does.Contain("\"shadow\":null"));
        Assert.That(
            (await AskAsync("PUT", $"/models/{Mine}/1/set-default", _keys["all of mine"])).Status,
            Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            (await AskAsync("GET", Route, _keys["all of all"])).Text, Does.Contain(Hidden),
            "a new default leaves the copies as they were");
    }

    private ApiKeyOptions Make(string name, IEnumerable<string> scopes, params string[] models)
    {
        var (key, stored) = ApiKey.Create(name, scopes, models);
        _keys[name] = key;
        return stored;
    }

    private static bool IsGrpc(string route) => route.StartsWith("/inference.", StringComparison.Ordinal)
        || route.StartsWith("/grpc.", StringComparison.Ordinal)
        || route.StartsWith("/tensorflow.serving.", StringComparison.Ordinal);

    /// <summary>Asks about a model, wherever the endpoint has its name; last, whether it has.</summary>
    private async Task<(HttpStatusCode Status, string Text, bool IsNamed)> AskAboutAsync(
        string method, string route, string model, string? key, string version = "1", string label = "stable")
    {
        var elsewhere = NamedElsewhere.TryGetValue($"{method} {route}", out var other);
        var address = elsewhere ? string.Format(null, other.Address, model)
            : route.Replace("{name}", model, StringComparison.Ordinal)
                .Replace("{version}", version, StringComparison.Ordinal)
                .Replace("{label}", label, StringComparison.Ordinal)
                .Replace("{documentName}", "v1", StringComparison.Ordinal)
                .Replace("{**path}", "model.onnx", StringComparison.Ordinal)
                .Replace("{region}", "region", StringComparison.Ordinal);
        Assert.That(address, Does.Not.Contain('{'), $"{route}: a part of an address that this test does not know");
        var (status, text) = await AskAsync(
            method, address, key, elsewhere ? other.Body : method == "PUT" ? "{}" : SecuredServer.Instance);
        return (status, text, elsewhere || route.Contains("{name}", StringComparison.Ordinal));
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(
        string method, string address, string? key, string body = "{}")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (method is "POST" or "PUT")
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        _asked++;
        using var response = await _server.Client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<(int Status, string Message, byte[][] Answers)> CallAsync(string method, IMessage message, string? key)
    {
        _asked++;
        return _server.Client.CallAsync(_server.GrpcAddress, method, [message], key);
    }
}
