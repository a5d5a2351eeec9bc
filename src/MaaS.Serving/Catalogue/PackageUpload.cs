using MaaS.Serving.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace MaaS.Serving.Catalogue;

/// <summary>A package that came with a request, on the disk until it is disposed.</summary>
internal sealed class PackageUpload : IDisposable
{
    /// <summary>Fields of the form.</summary>
    public const string NameField = "name", NotesField = "notes", PackageField = "package";

    private const int BufferBytes = 1 << 16, MaxFieldBytes = 1 << 13, FormBytes = 1 << 16, MaxBoundary = 128;

    private readonly UploadFolder _folder;
    private readonly long _limit;
    private bool _hasPackage;

    private PackageUpload(PublishingOptions options)
    {
        UploadFolder.RemoveLeft(options.Folder);
        (_folder, _limit) = (new UploadFolder(options.Folder), options.MaxPackageBytes);
    }

    /// <summary>The file.</summary>
    public string Path => _folder.Package;

    /// <summary>Length of the file, in bytes.</summary>
    public long Bytes { get; private set; } = -1;

    /// <summary>The model's name, from the form; null where it says none.</summary>
    public string? Name { get; private set; }

    /// <summary>What the form says of the version; null for nothing.</summary>
    public string? Notes { get; private set; }

    /// <summary>Refuses a request that says it is too long, before it is read.</summary>
    /// <exception cref="RequestException">413: it is too large.</exception>
    public static void ThrowIfTooLarge(HttpRequest request, PublishingOptions options)
    {
        if (request.ContentLength > options.MaxPackageBytes + FormBytes)
        {
            throw RequestException.TooLarge(options.MaxPackageBytes);
        }
    }

    /// <summary>Reads a request: a form with the file, or the file alone under any other type, as curl calls it a
    /// form's fields.</summary>
    /// <exception cref="RequestException">400: there is no package, or the form is another or breaks off. 413: it is
    /// too large, unpacked. 415: a form without a boundary. 503: the disk is full.</exception>
    public static async Task<PackageUpload> ReadAsync(HttpContext context, PublishingOptions options)
    {
        ThrowIfTooLarge(context.Request, options);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;   // It is counted here, unpacked.
        }

        var upload = Make(options);
        try
        {
            await (Boundary(context.Request) is { } boundary
                ? upload.ReadFormAsync(boundary, context.Request.Body, context.RequestAborted)
                : upload.SaveAsync(context.Request.Body, context.RequestAborted)).ConfigureAwait(false);
            return upload.Bytes > 0 ? upload
                : throw RequestException.BadRequest(
                    upload.Bytes < 0 ? $"{PackageField}: expected a .maas file, got none"
                        : $"{PackageField}: expected a .maas file, got 0 bytes");
        }
        catch
        {
            upload.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static PackageUpload Make(PublishingOptions options)
    {
        try
        {
            return new PackageUpload(options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(e);
        }
    }

    // Null for anything but a form with files.
    private static string? Boundary(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } boundary
            ? boundary
            : throw new RequestException(
                FaultKind.UnsupportedEncoding,
                $"expected multipart/form-data with a boundary of 1 to {MaxBoundary} characters, got "
                    + $"'{request.ContentType}'");
    }

    private async Task ReadFormAsync(string boundary, Stream body, CancellationToken cancellationToken)
    {
        var form = new LimitedBody(body, _limit + FormBytes, _limit);
        await using var _ = form.ConfigureAwait(false);
        var reader = new MultipartReader(boundary, form);
        while (await TryAsync(reader.ReadNextSectionAsync(cancellationToken)).ConfigureAwait(false) is { } section)
        {
            var disposition = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var parsed)
                ? parsed
                : throw RequestException.BadRequest("expected a form whose fields have names, got one without");
            var field = HeaderUtilities.RemoveQuotes(disposition.Name).Value;
            switch (field)
            {
                case NameField when Name is null:
                    Name = await TextAsync(section.Body, field, cancellationToken).ConfigureAwait(false);
                    break;
                case NotesField when Notes is null:
                    Notes = await TextAsync(section.Body, field, cancellationToken).ConfigureAwait(false);
                    break;
                case PackageField when !_hasPackage:
                    _hasPackage = true;
                    await (HeaderUtilities.RemoveQuotes(disposition.FileName).Length > 0
                        ? SaveAsync(section.Body, cancellationToken)
                        : ThrowIfNotEmptyAsync(section.Body, cancellationToken)).ConfigureAwait(false);
                    break;
                default:
                    throw RequestException.BadRequest(
                        $"expected each of the fields {NameField}, {NotesField} and {PackageField} once, got "
                            + $"'{field}'");
            }
        }
    }

    // A browser sends an empty field where no file was chosen.
    private static async Task ThrowIfNotEmptyAsync(Stream field, CancellationToken cancellationToken)
    {
        if (await TryAsync(field.ReadAsync(new byte[1], cancellationToken).AsTask()).ConfigureAwait(false) > 0)
        {
            throw RequestException.BadRequest(
                $"{PackageField}: expected a .maas file with its name, got a field without one");
        }
    }

    private async Task SaveAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            var target = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1);
            var source = new LimitedBody(body, _limit, _limit);
            await using (target.ConfigureAwait(false))
            await using (source.ConfigureAwait(false))
            {
                int read;
                while ((read = await TryAsync(source.ReadAsync(buffer, cancellationToken).AsTask())
                    .ConfigureAwait(false)) > 0)
                {
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }

                Bytes = source.Count;
            }
        }
        // Kestrel's own exceptions are of kinds below this one.
        catch (Exception e) when (e.GetType() == typeof(IOException) || e is UnauthorizedAccessException)
        {
            throw NoRoom(e);
        }
    }

    private static async Task<string?> TextAsync(Stream source, string field, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxFieldBytes + 1];
        var length = await TryAsync(
            source.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).AsTask())
            .ConfigureAwait(false);
        return length > MaxFieldBytes
            ? throw RequestException.BadRequest($"{field}: expected at most {MaxFieldBytes} bytes, got more")
            : System.Text.Encoding.UTF8.GetString(bytes, 0, length).Trim() is { Length: > 0 } text ? text : null;
    }

    // The reader of forms says with the same exception as a disk that a form breaks off.
    private static async Task<T> TryAsync<T>(Task<T> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (Exception e) when (e.GetType() == typeof(IOException) || e is InvalidDataException)
        {
            throw new RequestException($"expected a whole form, got one that breaks off: {e.Message}", e);
        }
    }

    /// <summary>What a publisher is told where a file cannot be written.</summary>
    public static RequestException NoRoom(Exception cause)
        => new(FaultKind.Unavailable, "the server has no room for the package; nothing was published", cause);

    /// <summary>Whether a disk is full, or its user's share of it.</summary>
    public static bool IsFull(IOException exception)
        => (exception.HResult & 0xFFFF) is 28 or 122   // ENOSPC, EDQUOT
            or 112 or 39;   // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL
}
