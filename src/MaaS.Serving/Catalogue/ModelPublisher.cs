using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Registry.Versions;
using MaaS.Serving.Audit;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using MaaS.Serving.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>Takes packages of accounts into the registry: each is the next version of its model, in no stage and with
/// no alias, so that nobody but its publisher and administrators sees it until somebody promotes it.</summary>
internal sealed partial class ModelPublisher(
    CatalogueSource source, RegistryConnection registry, PackageTrust trust, IOptions<MaaSServingOptions> options,
    ILogger<ModelPublisher> logger)
{
    private const int MaxNotes = 1000;

    private readonly PublishingOptions _limits = options.Value.Publishing;
    private readonly ConcurrentDictionary<string, bool> _publishing = new(StringComparer.Ordinal);

    /// <summary>Takes the package of a request.</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="RequestException">400: it is no package, one that was changed, or one that the server's rules
    /// for the model do not let in. 401: nobody in particular publishes. 403: the model is kept from the caller. 409: a
    /// version has the same content. 413, 429: it is too large, or its publisher has no room left. 503: a disk is full,
    /// or the registry does not answer.</exception>
    public async Task<ModelVersion> PublishAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        CatalogueAccess.ThrowIfNobody(caller);
        if (context.Route("name") is not null)
        {
            CatalogueSource.NameOf(context);
        }

        // One at a time of this server, so that the quota holds.
        if (!_publishing.TryAdd(caller.Account, true))
        {
            throw new RequestException(
                FaultKind.ResourceExhausted, $"expected one package at a time from '{caller.Account}'");
        }

        try
        {
            PackageUpload.ThrowIfTooLarge(context.Request, _limits);
            var store = await source.TryAsync(() => registry.ModelsAsync(context.RequestAborted))
                .ConfigureAwait(false);
            // What has no room is not read.
            await ThrowIfFullAsync(store, caller, context.Request.ContentLength ?? 0, context.RequestAborted)
                .ConfigureAwait(false);
            using var upload = await PackageUpload.ReadAsync(context, _limits).ConfigureAwait(false);
            return await AddAsync(context, store, caller, upload).ConfigureAwait(false);
        }
        catch (RequestException e) when (e is { Kind: FaultKind.Unavailable, InnerException: { } cause })
        {
            LogNoRoom(caller.Account, cause);
            throw;
        }
        finally
        {
            _publishing.TryRemove(caller.Account, out _);
        }
    }

    private async Task<ModelVersion> AddAsync(
        HttpContext context, ModelStore store, Caller caller, PackageUpload upload)
    {
        var (name, notes) = (
            NameOf(context, upload), upload.Notes ?? context.Request.Query[PackageUpload.NotesField].ToString());
        if (notes.Length > MaxNotes)
        {
            throw RequestException.BadRequest(
                $"{PackageUpload.NotesField}: expected at most {MaxNotes} characters, got {notes.Length}");
        }

        name ??= (await CheckedAsync(
            upload, () => ModelPackage.ReadManifestAsync(upload.Path, trust.Unverified, context.RequestAborted))
            .ConfigureAwait(false)).Name;
        ThrowIfKept(caller, name);
        var rules = trust.For(name);
        using var package = await CheckedAsync(
            upload, () => ModelPackage.OpenAsync(upload.Path, rules, context.RequestAborted)).ConfigureAwait(false);
        await ThrowIfFullAsync(
            store, caller, package.IsEncrypted ? upload.Bytes : package.Bytes, context.RequestAborted)
            .ConfigureAwait(false);
        await ThrowIfKnownAsync(store, name, package, upload, context.RequestAborted).ConfigureAwait(false);
        var details = new NewVersion
        {
            Name = name,
            Tags = new Dictionary<string, string> { [CatalogueEntry.PublisherTag] = caller.Account },
            Change = new Change(caller.Account, string.IsNullOrWhiteSpace(notes) ? null : notes.Trim()),
        };
        // It was checked whole: what fails from here on is the server's fault.
        var version = await source.TryAsync(() => AddAsync(store, package, details, context.RequestAborted))
            .ConfigureAwait(false);
        LogPublished(version.ToString(), caller.Account);
        context.Features.Get<AuditedRequest>()?.Name(name);
        context.Features.Get<AuditedRequest>()?.Note(
            string.Create(CultureInfo.InvariantCulture, $"published as version {version.Version}"));
        return version;
    }

    private static async Task<ModelVersion> AddAsync(
        ModelStore store, ModelPackage package, NewVersion details, CancellationToken cancellationToken)
    {
        try
        {
            return await store.AddAsync(package, details, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (PackageUpload.IsFull(e))
        {
            throw PackageUpload.NoRoom(e);
        }
    }

    private static string? NameOf(HttpContext context, PackageUpload upload)
    {
        var name = context.Route("name");
        return name is null || upload.Name is null || upload.Name == name ? name ?? upload.Name
            : throw RequestException.BadRequest(
                $"{PackageUpload.NameField}: expected '{name}', as the address has it, got '{upload.Name}'");
    }

    private static void ThrowIfKept(Caller caller, string name)
    {
        if (!ModelNames.IsValid(name))
        {
            throw RequestException.BadRequest(
                $"{PackageUpload.NameField}: expected {ModelNames.Rule}, got '{name}'");
        }

        ServingAuthorization.ThrowIfRefused(caller, ServingScope.Publish, name);
    }

    private async Task ThrowIfFullAsync(
        ModelStore store, Caller caller, long bytes, CancellationToken cancellationToken)
    {
        var taken = await source.TryAsync(
            () => store.TaggedBytesAsync(CatalogueEntry.PublisherTag, caller.Account, cancellationToken))
            .ConfigureAwait(false);
        if (taken + bytes > _limits.QuotaBytes)
        {
            throw new RequestException(
                FaultKind.ResourceExhausted,
                $"expected at most {_limits.QuotaBytes} bytes of versions that '{caller.Account}' has published, got "
                    + $"{bytes} more beside {taken}; nothing was published");
        }
    }

    private Task<IReadOnlyList<ModelVersion>> VersionsAsync(
        ModelStore store, string name, CancellationToken cancellationToken)
        => source.TryAsync<IReadOnlyList<ModelVersion>>(async () =>
        {
            try
            {
                return await store.VersionsAsync(name, cancellationToken).ConfigureAwait(false);
            }
            catch (KeyNotFoundException)
            {
                return [];   // It will be the model's first.
            }
        });

    // An encrypted package is another one for other recipients, whatever is in it.
    private async Task ThrowIfKnownAsync(
        ModelStore store, string name, ModelPackage package, PackageUpload upload, CancellationToken cancellationToken)
    {
        var known = await VersionsAsync(store, name, cancellationToken).ConfigureAwait(false);
        var same = package.IsEncrypted ? await OfHashAsync().ConfigureAwait(false) : OfContent();
        if (same is not null)
        {
            throw new RequestException(
                FaultKind.Conflict,
                $"expected a package that is not in the registry, got the content of '{same}'; nothing was published");
        }

        ModelVersion? OfContent()
        {
            var manifest = package.Manifest.ToJson();
            return known.FirstOrDefault(
                v => !v.IsEncrypted && v.Files.ContainsKey(SignatureState.SignatureFile) == package.IsSigned
                    && v.Manifest.ToJson().AsSpan().SequenceEqual(manifest));
        }

        async Task<ModelVersion?> OfHashAsync()
        {
            var file = new FileStream(upload.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            await using (file.ConfigureAwait(false))
            {
                var hash = Convert.ToHexStringLower(
                    await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
                return known.FirstOrDefault(v => v.IsEncrypted && v.Files.Values.Single().Sha256 == hash);
            }
        }
    }

    // What is wrong with a package is said without the place where it lies.
    private static async Task<T> CheckedAsync<T>(PackageUpload upload, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new RequestException(
                e.Message.Replace(upload.Path, PackageUpload.PackageField, StringComparison.Ordinal), e);
        }
    }

    [LoggerMessage(LogLevel.Error, "A package of {Account} could not be written")]
    private partial void LogNoRoom(string account, Exception cause);

    [LoggerMessage(LogLevel.Information, "{Version} was published by {Account}")]
    private partial void LogPublished(string version, string account);
}
