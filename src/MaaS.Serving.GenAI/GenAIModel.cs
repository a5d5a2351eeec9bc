using System.Text.Json;
using MaaS.Core.Generation;
using MaaS.Onnx.Inference;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace MaaS.Serving.GenAI;

/// <summary>A model that ONNX Runtime GenAI runs. Sessions may run at the same time.</summary>
internal sealed class GenAIModel : IDisposable
{
    private readonly Config _config;
    private readonly Model _model;

    private GenAIModel(string name, long maxLength, Config config, Model model)
        => (Name, MaxLength, _config, _model) = (name, maxLength, config, model);

    /// <summary>What errors call the model.</summary>
    public string Name { get; }

    /// <summary>Longest sequence in tokens.</summary>
    public long MaxLength { get; }

    /// <summary>Loads a folder.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="folder">Holds <c>genai_config.json</c>.</param>
    /// <param name="maxLength">Longest sequence in tokens.</param>
    /// <param name="options">Threads, and providers where they are others than the folder's.</param>
    /// <exception cref="InvalidDataException">GenAI refuses the folder.</exception>
    public static GenAIModel Load(string name, string folder, long maxLength, InferenceOptions options)
    {
        OnnxRuntimeTelemetry.TurnOff();
        Config? config = null;
        try
        {
            config = new Config(folder);
            if (options.IntraOpThreads > 0)
            {
                config.Overlay(JsonSerializer.Serialize(new
                {
                    model = new
                    {
                        decoder = new { session_options = new { intra_op_num_threads = options.IntraOpThreads } },
                    },
                }));
            }

            if (options.Providers.Count > 0)
            {
                config.ClearProviders();
                foreach (var provider in options.Providers.Where(static p => p != "cpu"))
                {
                    config.AppendProvider(provider);
                }
            }

            return new GenAIModel(name, maxLength, config, new Model(config));
        }
        catch (OnnxRuntimeGenAIException e)
        {
            config?.Dispose();
            throw new InvalidDataException($"{name}: ONNX Runtime GenAI refuses the folder: {e.Message}", e);
        }
    }

    /// <summary>Begins a text; the caller disposes the session, which must not outlive the model.</summary>
    /// <exception cref="InferenceException">GenAI makes no generator of it.</exception>
    public IDecoderSession Start()
    {
        try
        {
            // One sequence, whose tokens MaaS chooses: what the folder says of searching has no part in it.
            using var parameters = new GeneratorParams(_model);
            parameters.SetSearchOption("max_length", MaxLength);
            parameters.SetSearchOption("num_beams", 1);
            parameters.SetSearchOption("num_return_sequences", 1);
            return new GenAISession(Name, MaxLength, new Generator(_model, parameters));
        }
        catch (OnnxRuntimeGenAIException e)
        {
            throw new InferenceException($"{Name}: ONNX Runtime GenAI begins no text: {e.Message}", e);
        }
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _model.Dispose();
        _config.Dispose();
    }
}
