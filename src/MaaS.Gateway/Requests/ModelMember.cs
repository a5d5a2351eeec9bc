using System.Text.Json;
using MaaS.Serving.Faults;
using MaaS.Serving.Http.Unpacking;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace MaaS.Gateway.Requests;

/// <summary>The member <c>model</c> of a request's JSON body.</summary>
/// <param name="Name">Its text; null where it is absent, no text, or stands in no JSON: servers say what is
/// wrong.</param>
/// <param name="IsCut">Whether it was not found in the part of the body that was looked at, and there is
/// more.</param>
internal readonly record struct ModelMember(string? Name, bool IsCut)
{
    /// <summary>How much is looked at of a body that is too long to be kept, and of one that is packed, once it is
    /// unpacked, in bytes.</summary>
    public const int BeginningBytes = 64 << 10;

    /// <summary>Reads it; the body stays where it is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">All of its body; null where that was not kept.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<ModelMember> ReadAsync(
        HttpRequest request, byte[]? body, CancellationToken cancellationToken)
    {
        var (json, isWhole) = body is null
            ? await BodyStart.PeekAsync(request, BeginningBytes, cancellationToken).ConfigureAwait(false) : (body, true);
        if (request.Headers[HeaderNames.ContentEncoding].ToString() is { Length: > 0 } coding)
        {
            (json, isWhole) = await UnpackAsync(coding, json, isWhole, cancellationToken).ConfigureAwait(false);
        }

        var name = Find(json);
        return new ModelMember(name, IsCut: name is null && !isWhole);
    }

    private static async Task<(byte[] Json, bool IsWhole)> UnpackAsync(
        string coding, byte[] packed, bool isWhole, CancellationToken cancellationToken)
    {
        if (RequestUnpacking.Unpack(coding, new MemoryStream(packed, writable: false)) is not { } unpacked)
        {
            return ([], IsWhole: true);   // Servers refuse the coding.
        }

        var json = new byte[BeginningBytes + 1];
        var length = 0;
        await using (unpacked.ConfigureAwait(false))
        {
            try
            {
                int read;
                while (length < json.Length && (read = await unpacked.ReadAsync(
                    json.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
                {
                    length += read;
                }
            }
            catch (RequestException) when (isWhole)
            {
                return ([], IsWhole: true);   // Servers say what is wrong with it.
            }
            catch (RequestException)
            {
                // The beginning of a packed body ends in the middle.
            }
        }

        return (json[..length], isWhole && length < json.Length);
    }

    private static string? Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isModel = reader.ValueTextEquals("model"u8);
                if (!reader.Read())
                {
                    return null;
                }

                if (isModel)
                {
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                }

                if (!reader.TrySkip())
                {
                    return null;
                }
            }

            return null;
        }
        // No JSON, or half of a surrogate pair: the server that gets the body says so.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
