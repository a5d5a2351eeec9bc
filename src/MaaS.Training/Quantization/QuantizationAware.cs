using MaaS.Training.Export;
using MaaS.Training.Fitting;
using MaaS.Training.Interop;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Quantization;

/// <summary>
/// Quantization-aware training: while it lives, every Linear, Conv1d and Conv2d of a module computes with its input
/// rounded to uint8 and its weight to int8, and gradients pass through the rounding.
/// </summary>
/// <remarks>
/// <para>Layers are reached through forward hooks, so the module's code and parameters stay as they are, and
/// <see cref="Dispose"/> takes the hooks away; the trained weights remain. Only calls through <c>call</c> are seen. In
/// training mode each layer averages its input's range; in evaluation mode ranges are frozen, and before the first
/// batch inputs stay float.</para>
/// <para><see cref="Trainer"/> runs a prepared module with one worker and without fused kernels; in training mode it
/// must not run on several threads. Ranges are part of this object, not of the module's state: a checkpoint does not
/// keep them. Every layer runs its forward pass twice.</para>
/// <para>Jacob et al. 2018, "Quantization and Training of Neural Networks", section 3.</para>
/// </remarks>
public sealed class QuantizationAware : IDisposable
{
    private readonly nn.Module _module;
    private readonly QuantizationAwareOptions _options;
    private readonly List<FakeQuantizedLayer> _layers = [];

    private QuantizationAware(nn.Module module, QuantizationAwareOptions options)
        => (_module, _options) = (module, options);

    /// <summary>The layers that imitate integers, by their names.</summary>
    public IReadOnlyList<string> Layers => [.. _layers.Select(static layer => layer.Path)];

    /// <summary>Prepares a module.</summary>
    /// <param name="module">Trained or fresh; stays the caller's.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">It has no layer to quantize, an option is out of its range, or a name is
    /// unknown.</exception>
    /// <exception cref="InvalidOperationException">A layer is prepared already.</exception>
    public static QuantizationAware Prepare(nn.Module module, QuantizationAwareOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        options ??= new();
        options.Validate();
        TorchRuntime.Ensure();
        (string name, nn.Module module)[] modules = [("", module), .. module.named_modules()];
        ModuleNames.Known(options.Exclude, [.. modules.Select(static m => m.name)], nameof(options.Exclude));
        var prepared = new QuantizationAware(module, options);
        try
        {
            prepared.Add(modules.DistinctBy(static m => m.module));
        }
        catch
        {
            prepared.Dispose();
            throw;
        }

        return prepared;
    }

    /// <summary>Exports a module with one input.</summary>
    /// <inheritdoc cref="Export(IReadOnlyList{Tensor}, OnnxExportOptions?)"/>
    public QuantizationAwareResult Export(Tensor example, OnnxExportOptions? options = null)
        => Export([example], options);

    /// <summary>Exports the network as it is trained now, quantized with the ranges that training averaged.</summary>
    /// <param name="examples">Inputs of the right types and sizes; neither changed nor disposed. Where the report lists
    /// calibrated values, give real data: those ranges come from it.</param>
    /// <param name="options">As in <see cref="OnnxExporter"/>.</param>
    /// <exception cref="InvalidOperationException">No layer has seen a batch in training mode.</exception>
    /// <exception cref="OnnxExportException">As in <see cref="OnnxExporter"/>.</exception>
    public QuantizationAwareResult Export(IReadOnlyList<Tensor> examples, OnnxExportOptions? options = null)
    {
        if (_layers.All(static layer => layer.Range is null))
        {
            throw new InvalidOperationException(
                "quantization-aware export: expected ranges, got none; run the module in training mode first, through "
                    + "call");
        }

        var exact = Exact(() => OnnxExporter.Export(_module, examples, options).Model);
        return QuantizedExport.Write(exact, _layers, _options, examples);
    }

    /// <summary>Takes the hooks away; the module computes in float again.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers)
        {
            layer.Dispose();
        }

        _layers.Clear();
    }

    private void Add(IEnumerable<(string Name, nn.Module Module)> modules)
    {
        foreach (var (name, module) in modules)
        {
            if (LayerProduct.Weight(module) is null
                || _options.Exclude.Any(excluded => ModuleNames.IsBelow(name, excluded)))
            {
                continue;
            }

            if (!PreparedLayers.TryAdd(module))
            {
                throw new InvalidOperationException(
                    $"'{name}' is prepared already; dispose the other QuantizationAware first.");
            }

            _layers.Add(new FakeQuantizedLayer(name, (nn.Module<Tensor, Tensor>)module, _options));
        }

        if (_layers.Count == 0)
        {
            throw new ArgumentException(
                "QuantizationAware: expected a module with Linear, Conv1d or Conv2d layers, got none.");
        }
    }

    private T Exact<T>(Func<T> run)
    {
        _layers.ForEach(static layer => layer.Enabled = false);
        try
        {
            return run();
        }
        finally
        {
            _layers.ForEach(static layer => layer.Enabled = true);
        }
    }
}
