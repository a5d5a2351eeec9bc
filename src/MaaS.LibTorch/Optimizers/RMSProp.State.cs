using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class RMSProp
{
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor square_avg = null!;
        public Tensor? momentum_buffer;
        public Tensor? grad_avg;

        public State(Parameter parameter) : base(parameter)
        {
        }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Renew(ref square_avg!, Zeros());
            Renew(ref momentum_buffer, Zeros());
            Renew(ref grad_avg, Zeros());
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            square_avg.Save(writer);
            SaveConditionalStateTensor(writer, momentum_buffer);
            SaveConditionalStateTensor(writer, grad_avg);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            square_avg.Load(reader);
            LoadConditionalStateTensor(reader, ref momentum_buffer, _parameter.device);
            LoadConditionalStateTensor(reader, ref grad_avg, _parameter.device);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            Copy(ref square_avg!, from.square_avg);
            Copy(ref momentum_buffer, from.momentum_buffer);
            Copy(ref grad_avg, from.grad_avg);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && Close(square_avg, rhs.square_avg) && Close(momentum_buffer, rhs.momentum_buffer) && Close(grad_avg, rhs.grad_avg);

        public override void to(Device device)
        {
            Move(ref square_avg!, device);
            Move(ref momentum_buffer, device);
            Move(ref grad_avg, device);
        }

        public void Dispose()
        {
            square_avg.Dispose();
            momentum_buffer?.Dispose();
            grad_avg?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public bool? maximize;
        public double? momentum;
        public double? alpha;
        public double? eps;
        public double? weight_decay;
        public bool? centered;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(maximize!.Value);
            writer.Write(momentum!.Value);
            writer.Write(alpha!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(centered!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            maximize = reader.ReadBoolean();
            momentum = reader.ReadDouble();
            alpha = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            centered = reader.ReadBoolean();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            maximize = from.maximize;
            momentum = from.momentum;
            alpha = from.alpha;
            eps = from.eps;
            weight_decay = from.weight_decay;
            centered = from.centered;
        }

        internal void Complete(Options defaults)
        {
            maximize ??= defaults.maximize;
            momentum ??= defaults.momentum;
            alpha ??= defaults.alpha;
            eps ??= defaults.eps;
            weight_decay ??= defaults.weight_decay;
            centered ??= defaults.centered;
        }
    }

    public class ParamGroup : ParamGroup<Options>, IMomentum
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double eps = 1e-8, double alpha = 0.99, double weight_decay = 0, double momentum = 0.0, bool centered = false)
            : base(parameters, new Options { LearningRate = lr, eps = eps, alpha = alpha, weight_decay = weight_decay, momentum = momentum, centered = centered })
        {
        }

        public double Momentum
        {
            get => Options.momentum!.Value;
            set => Options.momentum = value;
        }
    }
}
