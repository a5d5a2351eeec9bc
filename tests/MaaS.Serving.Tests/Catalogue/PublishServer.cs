using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Tests;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>A server with accounts that publish packages of <c>fresh</c>: at most 200,000 bytes each and 150,000
/// together, signed ones of <c>guarded</c>, encrypted ones of <c>secret</c>.</summary>
public abstract class PublishServer
{
    private protected const string Api = "catalogue/models/fresh/versions", Form = "catalogue/publish";

    private protected TemporaryFolder Folder { get; private set; } = null!;

    private protected CatalogueServer Server { get; private set; } = null!;

    private protected ECDsa Signer { get; private set; } = null!;

    private protected ECDiffieHellman Recipient { get; private set; } = null!;

    private protected int Made { get; private set; }

    [SetUp]
    public async Task StartServer()
    {
        Folder = new TemporaryFolder();
        Signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(Folder["signer.pub"], Signer.ExportSubjectPublicKeyInfoPem());
        Directory.CreateDirectory(Folder["uploads"]);
        Server = await CatalogueServer.StartAsync(withKeys: true, Configure);
    }

    [TearDown]
    public async Task StopServer()
    {
        await Server.DisposeAsync();
        Signer.Dispose();
        Recipient.Dispose();
        Folder.Dispose();
    }

    private protected async Task NothingIsThereAsync()
    {
        Assert.That(
            (await Server.Store.ListAsync()).Select(static m => (m.Name, m.Versions)),
            Is.EqualTo(new[] { ("digits", 1), ("linear", 3) }));
        Assert.That(Directory.EnumerateFileSystemEntries(Folder["uploads"]), Is.Empty);
    }

    private protected async Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendAsync(
        string path, byte[] package, string? key = "publisher", string? type = null)
    {
        using var body = new ByteArrayContent(package);
        body.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        var (status, text, headers) = await Server.AskAsync("POST", path, key, body);
        return (status, text.Replace("\\u0027", "'", StringComparison.Ordinal), headers);
    }

    private protected Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendFormAsync(
        byte[]? package, params (string Name, string Value)[] fields) => SendFormAsync(package, "publisher", fields);

    private protected async Task<(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)> SendFormAsync(
        byte[]? package, string? key, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        // As a browser sends a field whose file was not chosen.
        form.Add(new ByteArrayContent(package ?? []), "package", package is null ? "\"\"" : "fresh.maas");
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        return await Server.AskAsync("POST", Form, key, form, "text/html");
    }

    private protected async Task<byte[]> MakeAsync(int random = 0, int zeros = 0)
    {
        var path = Folder[$"{++Made}.maas"];
        var noise = new byte[random + zeros];
        new Random(1).NextBytes(noise.AsSpan(0, random));
        await ModelPackage.CreateAsync(
            path,
            new ModelManifest
            {
                Name = "fresh",
                Inputs = [new TensorSpec("x", ElementType.Float32, [-1, 4])],
                Outputs = [new TensorSpec("y", ElementType.Float32, [-1, 3])],
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromFile(ModelsFolder.Fixture("linear.onnx")),
                ["notes/readme.txt"] = PackageContent.FromBytes(Encoding.UTF8.GetBytes($"package {Made}")),
                ["noise.bin"] = PackageContent.FromBytes(noise),
            });
        return await File.ReadAllBytesAsync(path);
    }

    private protected async Task<byte[]> EncryptedAsync(ECDiffieHellman recipient)
    {
        using var package = await ModelPackage.OpenAsync(Folder[$"{Made}.maas"]);
        await package.SaveEncryptedAsync(Folder["encrypted.maas"], [recipient], overwrite: true);
        return await File.ReadAllBytesAsync(Folder["encrypted.maas"]);
    }

    private protected async Task SignAsync()
    {
        using var package = await ModelPackage.OpenAsync(Folder["signed.maas"]);
        await package.SaveSignedAsync(Folder["signed.maas"], Signer, overwrite: true);
    }

    private void Configure(MaaSServingOptions options)
    {
        (options.Publishing.Folder, options.Publishing.MaxPackageBytes, options.Publishing.QuotaBytes) = (
            Folder["uploads"], 200_000, 150_000);
        options.Security.Audit = new AuditOptions { Path = Folder["audit.jsonl"] };
        options.Packages = options.Packages with { DecryptionKeys = [Recipient] };
        options.Security.Trust.Models["guarded"] = new ModelTrustOptions
        {
            TrustedKeys = [Folder["signer.pub"]],
            RequireSignature = true,
        };
        options.Security.Trust.Models["secret"] = new ModelTrustOptions { RequireEncryption = true };
    }
}
