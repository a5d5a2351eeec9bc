using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>ONNX Runtime's outputs as <see cref="TensorValue"/>s over its own memory.</summary>
internal static class OrtOutputs
{
    public static InferenceOutputs Wrap(IReadOnlyList<OrtValue> outputs, IReadOnlyList<TensorSpec> specs)
    {
        var values = new TensorValue[outputs.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = Wrap(outputs[i], specs[i].Type);
            }

            return new InferenceOutputs(values, specs);
        }
        catch
        {
            foreach (var output in outputs)
            {
                output.Dispose();
            }

            throw;
        }
    }

    private static unsafe TensorValue Wrap(OrtValue output, ElementType type)
    {
        var shape = output.GetTensorTypeAndShape().Shape;
        if (type == ElementType.String)
        {
            using (output)
            {
                var strings = new string[(int)output.GetTensorTypeAndShape().ElementCount];
                for (var i = 0; i < strings.Length; i++)
                {
                    strings[i] = ByteText.Decode(output.GetStringElementAsSpan(i));
                }

                return TensorValue.OfStrings(strings, shape);
            }
        }

        var owner = new Owner(output);
        var bytes = output.GetTensorMutableRawData();
        // Native memory: it does not move.
        var pointer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
        return new TensorValue(type, shape, new NativeMemory(pointer, bytes.Length, owner.IsAlive).Memory, owner);
    }

    private sealed class Owner(OrtValue value) : IDisposable
    {
        private volatile bool _disposed;

        public bool IsAlive() => !_disposed;

        public void Dispose()
        {
            _disposed = true;
            value.Dispose();
        }
    }
}
