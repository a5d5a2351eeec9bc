using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Json;

/// <summary>Collects the elements of one tensor in a pooled, pinned buffer while JSON is read.</summary>
internal sealed class TensorBuffer : IDisposable
{
    private readonly List<string>? _strings;
    private PinnedBuffer? _bytes;
    private int _used;

    public TensorBuffer(string name, ElementType type, int expectedElements = 64)
    {
        Name = name;
        Type = type;
        _strings = type == ElementType.String ? [] : null;
        _bytes = type == ElementType.String
            ? null : PinnedBuffer.Rent((int)Math.Min((long)expectedElements * type.Size(), 1 << 26));
    }

    public string Name { get; }

    public ElementType Type { get; }

    /// <summary>Whether <c>null</c> is a missing cell of a table (NaN, or an empty text), and true and false are the
    /// numbers 1 and 0.</summary>
    public bool TakesCells { get; init; }

    public int Count => _strings?.Count ?? _used / Type.Size();

    /// <summary>Room after what was collected; none for strings.</summary>
    public Span<byte> Free => _bytes is null ? default : _bytes.Span[_used..];

    /// <summary>Appends the scalar that the reader stands on.</summary>
    /// <exception cref="RequestException">400: it is no value of the type.</exception>
    public void Append(ref Utf8JsonReader reader)
    {
        if (TakesCells && AppendCell(reader.TokenType))
        {
            return;
        }

        switch (Type)
        {
            case ElementType.Float32:
                Add(Single(ref reader));
                break;
            case ElementType.Float64:
                Add(Double(ref reader));
                break;
            case ElementType.Float16:
                Add(Half(ref reader));
                break;
            case ElementType.BFloat16:
                Add(ToBFloat16(Single(ref reader)));
                break;
            case ElementType.Int64:
                Add(Int(ref reader, long.MinValue, long.MaxValue));
                break;
            case ElementType.Int32:
                Add((int)Int(ref reader, int.MinValue, int.MaxValue));
                break;
            case ElementType.Int16:
                Add((short)Int(ref reader, short.MinValue, short.MaxValue));
                break;
            case ElementType.Int8:
                Add((sbyte)Int(ref reader, sbyte.MinValue, sbyte.MaxValue));
                break;
            case ElementType.UInt64:
                Add(
                    reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out var u)
                        ? u : throw Wrong(ref reader));
                break;
            case ElementType.UInt32:
                Add((uint)Int(ref reader, 0, uint.MaxValue));
                break;
            case ElementType.UInt16:
                Add((ushort)Int(ref reader, 0, ushort.MaxValue));
                break;
            case ElementType.UInt8:
                Add((byte)Int(ref reader, 0, byte.MaxValue));
                break;
            case ElementType.Bool:
                Add(
                    reader.TokenType is JsonTokenType.True or JsonTokenType.False
                        ? reader.TokenType == JsonTokenType.True : throw Wrong(ref reader));
                break;
            case ElementType.String:
                _strings!.Add(
                    reader.TokenType == JsonTokenType.String ? JsonText.Get(reader) : throw Wrong(ref reader));
                break;
            default:
                throw RequestException.BadRequest(
                    $"input '{Name}': expected a type that JSON can carry, the model has {Type.Name()}");
        }
    }

    /// <summary>Appends a text that came another way.</summary>
    public void Append(string text)
        => (
            _strings ?? throw RequestException.BadRequest(
                $"input '{Name}': expected {Type.Name()} values, got text")).Add(text);

    /// <summary>The collected elements as a tensor, which takes the buffer over.</summary>
    public TensorValue ToTensor(ReadOnlySpan<long> shape)
    {
        if (_strings is not null)
        {
            return TensorValue.OfStrings([.. _strings], shape);
        }

        var bytes = _bytes ?? throw new ObjectDisposedException(nameof(TensorBuffer));
        var tensor = new TensorValue(Type, shape, bytes.Memory[.._used], bytes);
        _bytes = null;
        return tensor;
    }

    /// <summary>The collected floats, for preprocessing in place.</summary>
    public Span<float> Floats() => _bytes is null ? default : MemoryMarshal.Cast<byte, float>(_bytes.Span[.._used]);

    /// <summary>Counts bytes that were written to <see cref="Free"/> as collected.</summary>
    public void Take(int bytes) => _used += bytes;

    /// <summary>Makes more room; <paramref name="written"/> bytes of <see cref="Free"/> stay.</summary>
    public void Grow(int written)
    {
        var next = PinnedBuffer.Rent(
            (int)Math.Min(2L * Math.Max(_used + written, 64), Array.MaxLength - PinnedBuffer.Alignment));
        _bytes!.Span[..(_used + written)].CopyTo(next.Span);
        _bytes.Dispose();
        _bytes = next;
    }

    public void Dispose() => Interlocked.Exchange(ref _bytes, null)?.Dispose();

    /// <summary>Rounds to the nearest bfloat16, ties to even.</summary>
    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private bool AppendCell(JsonTokenType token)
    {
        switch (token, Type)
        {
            case (JsonTokenType.Null, ElementType.Float64):
                Add(double.NaN);
                return true;
            case (JsonTokenType.Null, ElementType.String):
                _strings!.Add("");
                return true;
            case (JsonTokenType.True or JsonTokenType.False, ElementType.Float64):
                Add(token == JsonTokenType.True ? 1d : 0);
                return true;
            default:
                return false;
        }
    }

    private float Single(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.Number ? (float)NonFiniteText(ref reader)
            : reader.TryGetSingle(out var value) && float.IsFinite(value) ? value : throw Wrong(ref reader);

    private double Double(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.Number ? NonFiniteText(ref reader)
            : reader.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong(ref reader);

    private Half Half(ref Utf8JsonReader reader)
    {
        var value = Single(ref reader);
        return !float.IsFinite(value) || System.Half.IsFinite((Half)value) ? (Half)value : throw Wrong(ref reader);
    }

    /// <summary><see cref="NonFinite.Quote"/> turned the bare tokens into strings.</summary>
    private double NonFiniteText(ref Utf8JsonReader reader)
        => reader.TokenType != JsonTokenType.String ? throw Wrong(ref reader)
            : JsonText.Is(reader, "NaN"u8) ? double.NaN
            : JsonText.Is(reader, "Infinity"u8) ? double.PositiveInfinity
            : JsonText.Is(reader, "-Infinity"u8) ? double.NegativeInfinity
            : throw Wrong(ref reader);

    private long Int(ref Utf8JsonReader reader, long min, long max)
        => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= min && value <= max
        ? value : throw Wrong(ref reader);

    private void Add<T>(T value)
        where T : unmanaged
    {
        var size = Type.Size();
        if (Free.Length < size)
        {
            Grow(0);
        }

        MemoryMarshal.Write(Free, in value);
        _used += size;
    }

    private RequestException Wrong(ref Utf8JsonReader reader)
    {
        const int Shown = 40;
        var got = reader.TokenType is JsonTokenType.StartObject
            ? "an object" : Encoding.UTF8.GetString(reader.ValueSpan);
        got = got.Length > Shown ? string.Concat(got.AsSpan(0, Shown), "…") : got;
        return RequestException.BadRequest(string.Create(
            CultureInfo.InvariantCulture,
            $"input '{Name}': expected {Type.Name()} values, got "
                + $"{(reader.TokenType == JsonTokenType.String ? $"the text '{got}'" : got)} as element {Count}"));
    }
}
