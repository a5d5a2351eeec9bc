using System.Text;
using System.Text.Unicode;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MaaS.Serving.Protocols.TorchServe;

/// <summary>One sample: a request's body, or the first file or field of a form.</summary>
internal sealed class RawBody : IDisposable
{
    private readonly RequestBody? _body;
    private readonly byte[]? _part;

    private RawBody(RequestBody body, bool isJson)
    {
        _body = body;
        IsJson = isJson;
    }

    private RawBody(byte[] part, bool isJson)
    {
        _part = part;
        IsJson = isJson;
    }

    /// <summary>Whether the sample says that it is JSON.</summary>
    public bool IsJson { get; }

    /// <summary>The sample, until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _part ?? _body!.Binary;

    /// <summary>Reads a sample.</summary>
    /// <exception cref="RequestException">
    /// 413: it is too large. 400: a form without a part, or with several.
    /// </exception>
    public static async Task<RawBody> ReadAsync(HttpContext context, long limit)
    {
        if (!context.Request.HasFormContentType)
        {
            return new RawBody(
                await RequestBody.ReadAsync(context, limit, jsonLength: 0).ConfigureAwait(false),
                IsJsonType(context.Request.ContentType));
        }

        if (context.Request.ContentLength > limit)
        {
            throw RequestException.TooLarge(limit);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }

        var form = await ReadFormAsync(context, limit).ConfigureAwait(false);
        switch (form)
        {
            case { Files: [var file], Count: 0 }:
                var part = new byte[file.Length];
                var stream = file.OpenReadStream();
                await using (stream.ConfigureAwait(false))
                {
                    await stream.ReadExactlyAsync(part, context.RequestAborted).ConfigureAwait(false);
                }

                return new RawBody(part, IsJsonType(file.ContentType));
            case { Files: [], Count: 1 }:
                return new RawBody(Encoding.UTF8.GetBytes(form.Single().Value.ToString()), isJson: false);
            default:
                throw RequestException.BadRequest(
                    $"expected a form with one file or field, got {form.Files.Count} files and {form.Count} fields");
        }
    }

    /// <summary>The sample as JSON, in which the tokens NaN and Infinity are in quotes.</summary>
    /// <exception cref="RequestException">400: it is no UTF-8.</exception>
    public ReadOnlySpan<byte> Json()
        => !Utf8.IsValid(Bytes.Span) ? throw RequestException.BadRequest("expected JSON in UTF-8, got other bytes")
            : NonFinite.Quote(Bytes.Span) is { IsEmpty: false } quoted ? quoted : Bytes.Span;

    public void Dispose() => _body?.Dispose();

    private static async Task<IFormCollection> ReadFormAsync(HttpContext context, long limit)
    {
        try
        {
            context.Features.Set<IFormFeature>(
                new FormFeature(
                    context.Request,
                    new FormOptions { MultipartBodyLengthLimit = limit, BufferBodyLengthLimit = limit }));
            return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new RequestException("expected a form within the limits of the server, got another body", e);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // The body is there and the form in it is not; a client that is gone has an exception of its own.
            throw new RequestException("expected a whole form, the body ends in one of its parts", e);
        }
    }

    private static bool IsJsonType(string? type)
        => type?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;
}
