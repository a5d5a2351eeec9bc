using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Registry.Versions;
using MaaS.Serving.Security;
using MaaS.Tests;
using Microsoft.Data.Sqlite;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>A server that follows a registry: <c>linear</c> with versions 1 (archived), 2 (production) and 3 (not
/// published), and <c>digits</c> with version 1 under an alias.</summary>
internal sealed class CatalogueServer : IAsyncDisposable
{
    public const string Card =
        """
        # Linear

        Adds up **four** numbers. <script>alert(1)</script>

        [bad](javascript:alert(2)) [good](https://example.org/) ![pixel](https://example.org/p.png)

        | left | right |
        |:-----|------:|
        | 1    | 2     |
        """;

    private readonly TemporaryFolder _folder;
    private readonly Dictionary<string, string> _keys;

    private CatalogueServer(
        TemporaryFolder folder, Dictionary<string, string> keys, TestServer server, ModelStore store)
        => (_folder, _keys, Server, Store) = (folder, keys, server, store);

    public TestServer Server { get; }

    public ModelStore Store { get; }

    public string Folder => _folder.Path;

    public string Key(string name) => _keys[name];

    /// <summary>Starts it.</summary>
    /// <param name="withKeys">Whether there are keys: <c>reader</c> (read, predict), <c>admin</c> (all),
    /// <c>other</c> (read, for digits alone), <c>predict</c>, <c>publisher</c> (read, publish), <c>limited</c> (the
    /// same for digits alone). Otherwise everybody may read and predict.</param>
    /// <param name="configure">Further options.</param>
    public static async Task<CatalogueServer> StartAsync(
        bool withKeys = false, Action<MaaSServingOptions>? configure = null)
    {
        var folder = new TemporaryFolder();
        var address = $"sqlite:{folder["registry.db"]}";
        var store = await ModelStore.OpenAsync(address);
        for (var i = 1; i <= 3; i++)
        {
            await AddLinearAsync(store, folder, i);
        }

        await store.PromoteAsync(ModelReference.Parse("linear/1"), ModelStage.Production, new Change("ann", "first"));
        await store.PromoteAsync(ModelReference.Parse("linear/2"), ModelStage.Production, new Change("ann", "better"));
        await ModelsFolder.CreateDigitsAsync(
            folder["digits.maas"], m => m with
            {
                Inputs = [new TensorSpec("image", ElementType.Float32, [-1, 1, 28, 28])],
                Lineage = new ModelLineage { Parent = "linear/1" },
            });
        using (var package = await ModelPackage.OpenAsync(folder["digits.maas"]))
        {
            await store.AddAsync(package, new NewVersion { Aliases = ["champion"], Change = new Change("bob") });
        }

        Dictionary<string, string> keys = [];
        List<ApiKeyOptions> stored = [];
        Add("reader", ["read", "predict"]);
        Add("admin", ServingScopes.Names);
        Add("other", ["read"], "digits");
        Add("predict", ["predict"]);
        Add("publisher", ["read", "publish"]);
        Add("limited", ["read", "publish"], "digits");
        var server = await TestServer.StartAsync(
            o =>
            {
                (o.Registry, o.ModelsPath, o.WarmUp) = (address, folder["copies"], false);
                if (withKeys)
                {
                    stored.ForEach(o.Security.ApiKeys.Add);
                }
                else
                {
                    ((List<string>)o.Security.AnonymousScopes).AddRange(["read", "predict"]);
                }

                configure?.Invoke(o);
            },
            isOpen: false);
        return new CatalogueServer(folder, keys, server, store);

        void Add(string name, IEnumerable<string> scopes, params string[] models)
        {
            var (key, entry) = ApiKey.Create(name, scopes, models);
            keys[name] = key;
            stored.Add(entry);
        }
    }

    /// <summary>Sends a request.</summary>
    public async Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> AskAsync(
        string method, string path, string? key = null, HttpContent? body = null, string accept = "*/*",
        string? cookie = null)
    {
        using var client = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = Server.Address,
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative))
        {
            Content = body,
        };
        request.Headers.Accept.ParseAdd(accept);
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", _keys.GetValueOrDefault(key, key));
        }

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers);
    }

    /// <summary>Gets JSON.</summary>
    public async Task<JsonElement> GetAsync(string path, string? key = null)
    {
        var (status, text, _) = await AskAsync("GET", path, key);
        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Posts JSON.</summary>
    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string path, string json, string? key = null)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        var (status, text, _) = await AskAsync("POST", path, key, body);
        return (status, text);
    }

    /// <summary>Adds the next version of linear, which nothing points to.</summary>
    public Task AddLinearAsync(int number) => AddLinearAsync(Store, _folder, number);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static async Task AddLinearAsync(ModelStore store, TemporaryFolder folder, int number)
    {
        var path = folder[$"linear{number}.maas"];
        await ModelPackage.CreateAsync(
            path,
            new ModelManifest
            {
                Name = "linear",
                Task = ModelManifest.TabularRegression,
                Description = Card,
                Inputs = [new TensorSpec("x", ElementType.Float32, [-1, 4])],
                Outputs = [new TensorSpec("y", ElementType.Float32, [-1, 3])],
                Metrics = new Dictionary<string, double> { ["accuracy"] = 0.5 + (0.1 * number) },
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(ModelsFolder.Fixture("linear.onnx")),
                ["notes/readme.txt"] = PackageContent.FromBytes(Encoding.UTF8.GetBytes($"version {number}")),
            });
        using var package = await ModelPackage.OpenAsync(path);
        await store.AddAsync(package, new NewVersion
        {
            Tags = new Dictionary<string, string> { ["licence"] = "MIT", ["team"] = "sums" },
            Change = new Change("ann"),
        });
    }
}
