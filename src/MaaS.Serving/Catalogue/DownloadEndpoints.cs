using MaaS.Registry.Versions;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>Downloads of single files, and of a version as one package. Each that reached its end is counted.</summary>
internal sealed class DownloadEndpoints(
    CatalogueSource source, CatalogueAccess access, RegistryConnection registry, BrowserSession session,
    ServingEndpoint endpoint, IOptions<MaaSServingOptions> options) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.Registry is null)
        {
            return;
        }

        const string Version = "/catalogue/models/{name}/versions/{version}";
        endpoints.MapGet($"{Version}/files/{{**path}}", endpoint.Handle(FileAsync))
            .WithScope(ServingScope.Read).WithMetadata(session).WithErrors(CataloguePages.Form);
        endpoints.MapGet($"{Version}/package", endpoint.Handle(PackageAsync))
            .WithScope(ServingScope.Read).WithMetadata(session).WithErrors(CataloguePages.Form);
    }

    private async Task FileAsync(HttpContext context)
    {
        var version = await FindAsync(context).ConfigureAwait(false);
        var path = context.Route("path") ?? "";
        await SendAsync(context, version, path, path[(path.LastIndexOf('/') + 1)..]).ConfigureAwait(false);
    }

    private async Task SendAsync(HttpContext context, ModelVersion version, string path, string name)
    {
        if (!version.Files.TryGetValue(path, out var file))
        {
            throw RequestException.NotFound($"{version}: expected one of its files, got '{path}'");
        }

        Begin(context, name, file.Size);
        context.Response.Headers.ETag = $"\"{file.Sha256}\"";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var store = await registry.ModelsAsync(context.RequestAborted).ConfigureAwait(false);
        await store.CopyFileAsync(version, path, context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        await CountAsync(context, version).ConfigureAwait(false);
    }

    private async Task PackageAsync(HttpContext context)
    {
        var version = await FindAsync(context).ConfigureAwait(false);
        var name = $"{version.Name}-{version.Version}.maas";
        if (version.IsEncrypted)
        {
            await SendAsync(context, version, version.Files.Keys.Single(), name).ConfigureAwait(false);
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            Begin(context, name, length: null);
            return;
        }

        // Checked whole and written before the first byte is sent: an archive that breaks off could not say why.
        // The folder is the server's account's alone: what must be asked for lies in it.
        var folder = Directory.CreateTempSubdirectory("maas-download-").FullName;
        var temporary = Path.Combine(folder, "package.maas");
        try
        {
            var store = await registry.ModelsAsync(context.RequestAborted).ConfigureAwait(false);
            using (var package = await store.OpenPackageAsync(
                version, new() { MaxFileBytes = long.MaxValue, MaxTotalBytes = long.MaxValue, MaxFiles = int.MaxValue },
                context.RequestAborted).ConfigureAwait(false))
            {
                await package.SaveAsync(temporary, cancellationToken: context.RequestAborted).ConfigureAwait(false);
            }

            var source = new FileStream(temporary, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            await using (source.ConfigureAwait(false))
            {
                Begin(context, name, source.Length);
                await source.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await CountAsync(context, version).ConfigureAwait(false);
    }

    private async Task<ModelVersion> FindAsync(HttpContext context)
    {
        var version = (await source.FindAsync(context).ConfigureAwait(false)).Version;
        await access.ThrowIfRefusedAsync(context, version.Name).ConfigureAwait(false);
        return version;
    }

    private static void Begin(HttpContext context, string name, long? length)
    {
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = length;
        context.Response.Headers.CacheControl = "no-store";

        // Names of models and of files in packages are letters, digits and . _ + - alone.
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
    }

    private async Task CountAsync(HttpContext context, ModelVersion version)
    {
        var who = EndpointGuard.Of(context).Account;
        var store = await registry.AccessAsync(CancellationToken.None).ConfigureAwait(false);
        await store.CountDownloadAsync(
            version.Name, version.Version, who.Length > 0 ? who : "administrator", CancellationToken.None)
            .ConfigureAwait(false);
    }
}
