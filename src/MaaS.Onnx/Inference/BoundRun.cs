using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>
/// A model with memory for inputs and outputs of fixed shapes, bound once and run many times: a run allocates nothing
/// and asks nothing of the shapes. One run at a time; several instances of one model may run at once.
/// </summary>
public sealed class BoundRun : IDisposable
{
    private readonly InferenceModel _model;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _values;
    private readonly Memory<byte>[] _inputs;
    private readonly Memory<byte>[] _outputs;

    internal BoundRun(InferenceModel model, OrtIoBinding binding, long[][] inputs, long[][] outputs)
    {
        _model = model;
        _binding = binding;
        _values = new OrtValue[inputs.Length + outputs.Length];
        _inputs = Allocate(model.Inputs, inputs, 0);
        _outputs = Allocate(model.Outputs, outputs, inputs.Length);
        InputShapes = inputs;
        OutputShapes = outputs;
        for (var i = 0; i < inputs.Length; i++)
        {
            binding.BindInput(model.Inputs[i].Name, _values[i]);
        }

        for (var i = 0; i < outputs.Length; i++)
        {
            binding.BindOutput(model.Outputs[i].Name, _values[inputs.Length + i]);
        }
    }

    /// <summary>Shape of each input.</summary>
    public IReadOnlyList<long[]> InputShapes { get; }

    /// <summary>Shape of each output.</summary>
    public IReadOnlyList<long[]> OutputShapes { get; }

    /// <summary>Memory that the model reads an input from; write the elements there before a run.</summary>
    public Memory<byte> Input(int index) => _inputs[index];

    /// <summary>Memory that the model wrote an output to; valid until the next run.</summary>
    public ReadOnlyMemory<byte> Output(int index) => _outputs[index];

    /// <summary>Runs the model from its input memory to its output memory.</summary>
    /// <exception cref="InferenceException">The model failed on these inputs.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void Run() => _model.Run(_options, _binding, InputShapes);

    /// <summary>Frees the binding, not the model.</summary>
    public void Dispose()
    {
        _binding.Dispose();
        _options.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }
    }

    private Memory<byte>[] Allocate(IReadOnlyList<TensorSpec> specs, long[][] shapes, int first)
    {
        var memories = new Memory<byte>[shapes.Length];
        for (var i = 0; i < shapes.Length; i++)
        {
            var bytes = GC.AllocateArray<byte>(
                checked((int)TensorShape.Count(shapes[i]) * specs[i].Type.Size()), pinned: true);
            memories[i] = bytes;
            _values[first + i] = View(specs[i], shapes[i], bytes);
        }

        return memories;
    }

    private static unsafe OrtValue View(TensorSpec spec, long[] shape, byte[] pinned)
    {
        fixed (byte* pointer = pinned)
        {
            return OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, spec.Type.ToOrt(), shape, (nint)pointer, pinned.Length);
        }
    }
}
