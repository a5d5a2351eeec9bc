using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace MaaS.Client.Rest;

/// <summary>Texts and images as <c>/predict</c> takes them.</summary>
internal static class ClassifyContent
{
    public static HttpContent Create(ClassifyRequest request)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (request.Texts is { } texts)
            {
                writer.WriteStartArray("instances"u8);
                foreach (var text in texts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
            }
            else if (request.ImageFile is { } file)
            {
                writer.WriteBase64String("image"u8, file.Span);
            }
            else if (request.Pixels is { } pixels)
            {
                writer.WritePropertyName("images"u8);
                Write(
                    writer, pixels.Data.Span,
                    [pixels.Data.Length / (pixels.Channels * pixels.Height * pixels.Width), pixels.Channels,
                        pixels.Height, pixels.Width]);
            }

            writer.WriteEndObject();
        }

        return new ReadOnlyMemoryContent(json.WrittenMemory)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> pixels, ReadOnlySpan<int> shape)
    {
        writer.WriteStartArray();
        var size = pixels.Length / shape[0];
        for (var i = 0; i < shape[0]; i++)
        {
            if (shape.Length == 1)
            {
                writer.WriteNumberValue(pixels[i]);
            }
            else
            {
                Write(writer, pixels.Slice(i * size, size), shape[1..]);
            }
        }

        writer.WriteEndArray();
    }
}
