using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>Pinned views of tensors for one run.</summary>
internal sealed class OrtInputs : IDisposable
{
    private readonly OrtValue[] _values;
    private readonly MemoryHandle[] _pins;

    public OrtInputs(ReadOnlySpan<TensorValue> inputs)
    {
        _values = new OrtValue[inputs.Length];
        _pins = new MemoryHandle[inputs.Length];
        try
        {
            for (var i = 0; i < inputs.Length; i++)
            {
                _values[i] = inputs[i].Type == ElementType.String ? Strings(inputs[i]) : View(inputs[i], ref _pins[i]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public OrtValue[] Values => _values;

    public void Dispose()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            _values[i]?.Dispose();
            _pins[i].Dispose();
        }
    }

    private static unsafe OrtValue View(TensorValue input, ref MemoryHandle pin)
    {
        var data = input.Data;
        pin = data.Pin();
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, input.Type.ToOrt(), input.ShapeArray, (nint)pin.Pointer, data.Length);
    }

    private static OrtValue Strings(TensorValue input)
    {
        var value = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, input.ShapeArray);
        var strings = input.Strings;
        for (var i = 0; i < strings.Length; i++)
        {
            if (ByteText.IsText(strings[i]))
            {
                value.StringTensorSetElementAt(strings[i].AsSpan(), i);
            }
            else
            {
                value.StringTensorSetElementAt((ReadOnlySpan<byte>)ByteText.Encode(strings[i]), i);
            }
        }

        return value;
    }
}
