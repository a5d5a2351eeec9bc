using System.Diagnostics;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using MaaS.Onnx;
using MaaS.Registry.Versions;
using MaaS.Tests;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Trust;

/// <summary>Whose packages a server takes, and how it opens encrypted ones.</summary>
public sealed class TrustTests
{
    private const string Password = "a passphrase";

    private TemporaryFolder _folder = null!;
    private KeyRing _ring = null!;
    private KeyRingEntry _ann = null!, _bob = null!;

    [SetUp]
    public void MakeKeys()
    {
        _folder = new TemporaryFolder();
        _ring = new KeyRing(_folder["keys"]);
        (_ann, _bob) = (_ring.Create("ann", KeyKind.Signing, Password), _ring.Create("bob", KeyKind.Signing, Password));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Start_TrustedKeys_RefusesTheRestWithTheReason()
    {
        await MakeAsync("models/good.maas", "good", 2, _ann);
        await MakeAsync("models/foreign.maas", "foreign", 2, _bob);
        await MakeAsync("models/unsigned.maas", "unsigned", 2);
        await File.WriteAllBytesAsync(_folder["models/bare.onnx"], ScaleModels.Scale(2).ToByteArray());

        await using var server = await StartAsync(o => o.Security.Trust.TrustedKeys.Add(_ann.PublicFile));

        Assert.That(await AskAsync(server, "good"), Is.EqualTo(2));
        var reasons = await ReasonsAsync(server);
        Assert.That(reasons["foreign"], Does.Contain("expected a signature by one of 1 trusted keys"));
        Assert.That(reasons["unsigned"], Does.Contain("expected a signed package"));
        Assert.That(reasons["bare"], Does.Contain("got a bare network"));
    }

    [Test]
    public async Task Start_RulesByModel_HoldInsteadOfTheOthers()
    {
        await MakeAsync("models/a.maas", "a", 2, _bob);
        await MakeAsync("models/b.maas", "b", 3);
        await MakeAsync("models/c.maas", "c", 4, _ann);

        await using var server = await StartAsync(o =>
        {
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.Models["a"] = new ModelTrustOptions { TrustedKeys = [_bob.PublicFile] };
            o.Security.Trust.Models["b"] = new ModelTrustOptions { RequireSignature = false };
            o.Security.Trust.Models["c"] = new ModelTrustOptions { TrustedKeys = [_bob.PublicFile] };
        });

        Assert.That(await AskAsync(server, "a"), Is.EqualTo(2));
        Assert.That(await AskAsync(server, "b"), Is.EqualTo(3));
        Assert.That((await ReasonsAsync(server))["c"], Does.Contain("got another one"));
    }

    [Test]
    public async Task Load_KeyRevokedMeanwhile_IsRefused()
    {
        await MakeAsync("models/m.maas", "m", 2, _ann);
        await using var server = await StartAsync(o =>
        {
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.RevocationFile = _ring.RevocationFile;
        });
        Assert.That(await AskAsync(server, "m"), Is.EqualTo(2));

        await server.PostTextAsync("/v2/repository/models/m/unload", "{}");
        _ring.Revoke("ann", "laptop stolen");

        var error = await server.PostTextAsync(
            "/v2/repository/models/m/load", "{}", System.Net.HttpStatusCode.BadRequest);
        Assert.That(error, Does.Contain(_ann.Fingerprint).And.Contain("revoked"));
    }

    [Test]
    public async Task Load_RevocationsThatCannotBeRead_TrustsNobody()
    {
        await MakeAsync("models/m.maas", "m", 2, _ann);
        await using var server = await StartAsync(o =>
        {
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.RevocationFile = _ring.RevocationFile;
        });
        await server.PostTextAsync("/v2/repository/models/m/unload", "{}");
        File.Delete(_ring.RevocationFile);

        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync(
            new Uri("/v2/repository/models/m/load", UriKind.Relative), content);
        Assert.That(response.IsSuccessStatusCode, Is.False);
    }

    [Test]
    public async Task Start_FaultyOptions_NamesThemAll()
    {
        Directory.CreateDirectory(_folder["models"]);
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(o =>
        {
            o.Security.Trust.RequireSignature = true;
            o.Security.Trust.RevokedKeys.Add("abc");
            o.Security.Trust.RevocationFile = _folder["nothing.json"];
            o.Security.Trust.DecryptionKeys.Add(new DecryptionKeyOptions { File = _folder["nothing.key"] });
            o.Security.Trust.Models["m"] = new ModelTrustOptions { TrustedKeys = [_ann.PrivateFile!] };
        }));

        Assert.That(error!.Message, Does.Contain("Security:Trust:RevokedKeys: expected a fingerprint")
            .And.Contain("Security:Trust:RevocationFile").And.Contain("Security:Trust:DecryptionKeys")
            .And.Contain("Security:Trust:Models:m:TrustedKeys"));
    }

    [Test]
    public void Start_RevocationsWithoutTrustedKeys_SaysThatTheyDoNothing([Values] bool isFile)
    {
        Directory.CreateDirectory(_folder["models"]);
        Assert.That(
            () => StartAsync(o =>
            {
                o.Security.Trust.RevocationFile = isFile ? _ring.RevocationFile : null;
                if (!isFile)
                {
                    o.Security.Trust.RevokedKeys.Add(_bob.Fingerprint);
                }
            }),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains(
                $"Security:Trust:{(isFile ? "RevocationFile" : "RevokedKeys")}: expected Security:Trust:TrustedKeys"));
    }

    [Test]
    public async Task Start_Registry_ServesNoVersionThatFailsTheRules()
    {
        var store = await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        await AddAsync(store, "m", 1, _ann);
        await AddAsync(store, "m", 2);
        await AddAsync(store, "free", 3);
        await store.PromoteAsync(new ModelReference("m", 1), ModelStage.Production, Change.ByUser());
        await store.PromoteAsync(new ModelReference("free", 1), ModelStage.Production, Change.ByUser());

        await using var server = await StartAsync(o =>
        {
            o.Registry = $"sqlite:{_folder["registry.db"]}";
            o.ModelsPath = _folder["copies"];
            o.Watch = true;
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.Models["free"] = new ModelTrustOptions { RequireSignature = false };
        });
        await store.PromoteAsync(new ModelReference("m", 2), ModelStage.Production, Change.ByUser());
        await AddAsync(store, "late", 4, _ann);
        await store.PromoteAsync(new ModelReference("late", 1), ModelStage.Production, Change.ByUser());

        // What came later is served: the registry was followed past the version that fails.
        Assert.That(() => server.Models.Names, Has.Member("late").After(30_000, 50));
        Assert.That(async () => await AskAsync(server, "late"), Is.EqualTo(4).After(30_000, 50));
        Assert.That(await AskAsync(server, "m"), Is.EqualTo(1));
        Assert.That(await AskAsync(server, "free"), Is.EqualTo(3));
        Assert.That(Directory.Exists(_folder["copies/m/2"]), Is.False, "not even copied");
    }

    [Test]
    public async Task Start_EncryptedPackage_AnswersLikeThePlainOne()
    {
        var server1 = _ring.Create("server", KeyKind.Encryption, Password);
        await SealAsync(await MakeAsync("plain.maas", "m", 7, _ann), "models/m.maas", server1);
        await File.WriteAllTextAsync(_folder["passphrase"], Password + "\n");

        await using var server = await StartAsync(o =>
        {
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.DecryptionKeys.Add(
                new DecryptionKeyOptions { File = server1.PrivateFile!, PassphraseFile = _folder["passphrase"] });
        });

        Assert.That(await AskAsync(server, "m"), Is.EqualTo(7));
    }

    [Test]
    public async Task Start_EncryptedPackageWithoutItsKey_SaysWhichKeyIsMissing()
    {
        var (mine, other) =
            (_ring.Create("mine", KeyKind.Encryption, Password), _ring.Create("other", KeyKind.Encryption, Password));
        await SealAsync(await MakeAsync("plain.maas", "sealed", 7), "models/sealed.maas", other);
        await MakeAsync("models/open.maas", "open", 2);
        await File.WriteAllTextAsync(_folder["passphrase"], Password);
        var key = new DecryptionKeyOptions { File = mine.PrivateFile!, PassphraseFile = _folder["passphrase"] };

        await using (var server = await StartAsync(o => o.Security.Trust.DecryptionKeys.Add(key)))
        {
            Assert.That((await ReasonsAsync(server))["sealed"], Does.Contain(other.Fingerprint[..16]));
        }

        await File.WriteAllTextAsync(_folder["passphrase"], "wrong");
        Assert.That(
            () => StartAsync(o => o.Security.Trust.DecryptionKeys.Add(key)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("passphrase is wrong"));
    }

    [Test]
    public async Task Start_RequireEncryption_RefusesWhatLiesPlainWithTheReason()
    {
        var recipient = _ring.Create("server", KeyKind.Encryption, Password);
        await SealAsync(await MakeAsync("plain.maas", "sealed", 7), "models/sealed.maas", recipient);
        await MakeAsync("models/open.maas", "open", 2);
        await MakeAsync("models/free.maas", "free", 3);
        await File.WriteAllBytesAsync(_folder["models/bare.onnx"], ScaleModels.Scale(2).ToByteArray());

        await using var server = await StartAsync(o =>
        {
            o.Security.Trust.RequireEncryption = true;
            o.Security.Trust.Models["free"] = new ModelTrustOptions { RequireEncryption = false };
            o.Security.Trust.DecryptionKeys.Add(Key(recipient));
        });

        Assert.That(await AskAsync(server, "sealed"), Is.EqualTo(7));
        Assert.That(await AskAsync(server, "free"), Is.EqualTo(3));
        var reasons = await ReasonsAsync(server);
        Assert.That(reasons["open"], Does.Contain("expected an encrypted package, got a plain one"));
        Assert.That(reasons["bare"], Does.Contain("expected an encrypted package, got a bare network"));
    }

    [Test]
    public void Start_RequireEncryptionWithoutAKey_IsAFault()
    {
        Directory.CreateDirectory(_folder["models"]);
        Assert.That(
            () => StartAsync(static o => o.Security.Trust.Models["m"] = new() { RequireEncryption = true }),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("RequireEncryption"));
    }

    // No plain byte of the network is in the registry's contents or in the server's folder.
    [Test]
    public async Task Start_RegistryWithEncryptedPackages_OpensThemInMemory()
    {
        var (recipient, other) = (
            _ring.Create("server", KeyKind.Encryption, Password), _ring.Create("other", KeyKind.Encryption, Password));
        var store = await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        foreach (var (name, to) in new[] { ("m", recipient), ("foreign", other) })
        {
            await SealAsync(await MakeAsync($"{name}.maas", name, 7, _ann), $"{name}-sealed.maas", to);
            using var key = KeyFile.ReadDecryption(to.PrivateFile!, static () => Password);
            using var package = await ModelPackage.OpenAsync(
                _folder[$"{name}-sealed.maas"], new PackageReadOptions { DecryptionKeys = [key] });
            var version = await store.AddAsync(package);
            Assert.That(version.IsEncrypted && version.Files.Keys.Single() == "sealed.maas");
            await store.PromoteAsync(new ModelReference(name, 1), ModelStage.Production, Change.ByUser());
        }

        await AddAsync(store, "plain", 3, _ann);
        await store.PromoteAsync(new ModelReference("plain", 1), ModelStage.Production, Change.ByUser());

        await using var server = await StartAsync(o =>
        {
            o.Registry = $"sqlite:{_folder["registry.db"]}";
            o.ModelsPath = _folder["copies"];
            o.Security.Trust.TrustedKeys.Add(_ann.PublicFile);
            o.Security.Trust.RequireEncryption = true;
            o.Security.Trust.DecryptionKeys.Add(Key(recipient));
        });

        Assert.That(await AskAsync(server, "m"), Is.EqualTo(7));
        Assert.That(server.Models.Names, Is.EqualTo(new[] { "m" }), "nothing plain, and nothing for another key");
        Assert.That(
            Directory.EnumerateFiles(_folder["copies/m/1"]).Select(Path.GetFileName),
            Is.EqualTo(new[] { "sealed.maas" }));
        var network = ScaleModels.Scale(7).ToByteArray();
        foreach (var file in Directory.EnumerateFiles(_folder["copies"], "*", SearchOption.AllDirectories))
        {
            Assert.That((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(network), Is.EqualTo(-1), file);
        }

        var page = await server.GetAsync("/catalogue/models/m/versions/1");
        Assert.That(page.GetRawText(), Does.Contain("\"encrypted\""));
    }

    [Test]
    public async Task Encryption_LoadAndServe_PrintsWhatItCosts()
    {
        // 32 MB of weights that do not shrink: (batch, 2048) · (2048, 4096).
        var key = _ring.Create("server", KeyKind.Encryption, Password);
        await File.WriteAllTextAsync(_folder["passphrase"], Password);
        await MakeLargeAsync("models/plain.maas", "plain");
        await MakeLargeAsync("large.maas", "sealed");
        await SealAsync(_folder["large.maas"], "models/sealed.maas", key);
        using var secret = KeyFile.ReadDecryption(key.PrivateFile!, static () => Password);
        var options = new PackageReadOptions { DecryptionKeys = [secret] };

        List<double> load = [], serve = [];
        await using var server = await StartAsync(o => o.Security.Trust.DecryptionKeys.Add(
            new DecryptionKeyOptions { File = key.PrivateFile!, PassphraseFile = _folder["passphrase"] }));
        var body = Json("x", 1, 2048);
        for (var round = 0; round < 7; round++)
        {
            // Who comes first changes: loading leaves garbage to whoever follows.
            string[] order = round % 2 == 0 ? ["sealed", "plain"] : ["plain", "sealed"];
            Dictionary<string, double> loaded = [], served = [];
            foreach (var model in order)
            {
                loaded[model] = await TimeAsync(() => LoadAsync($"models/{model}.maas", options));
            }

            GC.Collect();
            foreach (var model in order)
            {
                served[model] = await TimeAsync(() => AnswersAsync(model));
            }

            load.Add(loaded["sealed"] / loaded["plain"]);
            serve.Add(served["sealed"] / served["plain"]);
        }

        TestContext.Out.WriteLine(
            $"encrypted beside plain, median of 7 rounds in turns: time to verify and load {Median(load):0.00}, "
                + $"time of 50 requests {Median(serve):0.00}");
        Assert.That(
            await server.PostTextAsync("/v2/models/sealed/infer", body),
            Is.EqualTo((await server.PostTextAsync("/v2/models/plain/infer", body)).Replace("plain", "sealed")));

        async Task LoadAsync(string file, PackageReadOptions read)
        {
            using var package = await ModelPackage.OpenAsync(_folder[file], read);
            var bytes = await package.ReadAsync(ModelPackage.ModelFile);
            using var model = MaaS.Onnx.Inference.InferenceModel.Load(bytes, "m");
        }

        async Task AnswersAsync(string model)
        {
            for (var i = 0; i < 50; i++)
            {
                await server.PostTextAsync($"/v2/models/{model}/infer", body);
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static async Task<double> TimeAsync(Func<Task> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string Json(string input, float value, int width)
    {
        var data = string.Join(",", Enumerable.Repeat(value, width));
        return $$"""
            {"inputs":[{"name":"{{input}}","shape":[1,{{width}}],"datatype":"FP32","data":[{{data}}]}]}
            """;
    }

    private static async Task<double> AskAsync(TestServer server, string model)
        => (await server.PostAsync($"/v2/models/{model}/infer", Json("x", 1, 2)))
            .GetProperty("outputs")[0].GetProperty("data")[0].GetDouble();

    private static async Task<Dictionary<string, string>> ReasonsAsync(TestServer server)
        => (await server.PostAsync("/v2/repository/index", "{}")).EnumerateArray()
            .Where(static m => m.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String)
            .ToDictionary(
                static m => m.GetProperty("name").GetString()!, static m => m.GetProperty("reason").GetString()!);

    private Task<TestServer> StartAsync(Action<MaaSServingOptions> configure)
        => TestServer.StartAsync(o =>
        {
            o.ModelsPath = _folder["models"];
            o.Watch = false;
            configure(o);
        });

    private async Task<string> MakeAsync(string file, string name, float factor, KeyRingEntry? signer = null)
    {
        using var key = signer is null ? null : KeyFile.ReadSigning(signer.PrivateFile!, static () => Password);
        await ModelPackage.CreateAsync(
            _folder[file], new ModelManifest { Name = name },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(ScaleModels.Scale(factor).ToByteArray()),
            },
            new PackageWriteOptions { SigningKey = key });
        return _folder[file];
    }

    private async Task MakeLargeAsync(string file, string name)
    {
        var random = new Random(1);
        var weights = new float[2048 * 4096];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = random.NextSingle() - 0.5f;
        }

        var builder = new GraphBuilder("large");
        builder.AddInput("x", MaaS.Onnx.Schema.TensorProto.Types.DataType.Float, ["batch", 2048]);
        builder.AddInitializer(OnnxTensor.Create<float>("w", weights, 2048, 4096));
        builder.Graph.Node.Add(
            new MaaS.Onnx.Schema.NodeProto { OpType = "MatMul", Name = "mul", Input = { "x", "w" }, Output = { "y" } });
        builder.AddOutput("y", MaaS.Onnx.Schema.TensorProto.Types.DataType.Float, ["batch", 4096]);
        await ModelPackage.CreateAsync(
            _folder[file], new ModelManifest { Name = name },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(builder.Build().ToByteArray()),
            });
    }

    private DecryptionKeyOptions Key(KeyRingEntry recipient)
    {
        File.WriteAllText(_folder["passphrase"], Password + "\n");
        return new DecryptionKeyOptions { File = recipient.PrivateFile!, PassphraseFile = _folder["passphrase"] };
    }

    private async Task SealAsync(string plain, string file, KeyRingEntry recipient)
    {
        using var key = KeyFile.ReadRecipients(recipient.PublicFile)[0];
        using var package = await ModelPackage.OpenAsync(plain);
        await package.SaveEncryptedAsync(_folder[file], [key]);
    }

    private async Task AddAsync(ModelStore store, string name, float factor, KeyRingEntry? signer = null)
    {
        var file = await MakeAsync($"{Guid.NewGuid():N}.maas", name, factor, signer);
        using var package = await ModelPackage.OpenAsync(file);
        await store.AddAsync(package);
    }
}
