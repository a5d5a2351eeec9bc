using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class Adam
{
    private static (double, double) Read(Options options) => (options.beta1!.Value, options.beta2!.Value);

    private static void Write(Options options, (double, double) betas) => (options.beta1, options.beta2) = betas;

    public sealed class State : OptimizerState, IDisposable, IAdamState
    {
        public long step;
        public Tensor exp_avg = null!;
        public Tensor exp_avg_sq = null!;
        public Tensor? max_exp_avg_sq;

        public State(Parameter parameter) : base(parameter)
        {
        }

        long IAdamState.Advance() => ++step;

        (Tensor, Tensor, Tensor?) IAdamState.Moments => (exp_avg, exp_avg_sq, max_exp_avg_sq);

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Renew(ref exp_avg!, Zeros());
            Renew(ref exp_avg_sq!, Zeros());
            Renew(ref max_exp_avg_sq, ((Options)options).amsgrad!.Value ? Zeros() : null);
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            exp_avg.Save(writer);
            exp_avg_sq.Save(writer);
            SaveConditionalStateTensor(writer, max_exp_avg_sq);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            exp_avg.Load(reader);
            exp_avg_sq.Load(reader);
            LoadConditionalStateTensor(reader, ref max_exp_avg_sq, _parameter.device);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            Copy(ref exp_avg!, from.exp_avg);
            Copy(ref exp_avg_sq!, from.exp_avg_sq);
            Copy(ref max_exp_avg_sq, from.max_exp_avg_sq);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && Close(exp_avg, rhs.exp_avg) && Close(exp_avg_sq, rhs.exp_avg_sq) && Close(max_exp_avg_sq, rhs.max_exp_avg_sq);

        public override void to(Device device)
        {
            Move(ref exp_avg!, device);
            Move(ref exp_avg_sq!, device);
            Move(ref max_exp_avg_sq, device);
        }

        public void Dispose()
        {
            exp_avg.Dispose();
            exp_avg_sq.Dispose();
            max_exp_avg_sq?.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public double? beta1;
        public double? beta2;
        public double? eps;
        public double? weight_decay;
        public bool? amsgrad;
        public bool? maximize;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(beta1!.Value);
            writer.Write(beta2!.Value);
            writer.Write(eps!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(amsgrad!.Value);
            writer.Write(maximize!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            beta1 = reader.ReadDouble();
            beta2 = reader.ReadDouble();
            eps = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            amsgrad = reader.ReadBoolean();
            maximize = reader.ReadBoolean();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            beta1 = from.beta1;
            beta2 = from.beta2;
            eps = from.eps;
            weight_decay = from.weight_decay;
            amsgrad = from.amsgrad;
            maximize = from.maximize;
        }

        internal void Complete(Options defaults)
        {
            beta1 ??= defaults.beta1;
            beta2 ??= defaults.beta2;
            eps ??= defaults.eps;
            weight_decay ??= defaults.weight_decay;
            amsgrad ??= defaults.amsgrad;
            maximize ??= defaults.maximize;
        }
    }

    public class ParamGroup : ParamGroup<Options>, IBetas
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
        {
        }

        public (double, double) Betas
        {
            get => Read(Options);
            set => Write(Options, value);
        }
    }
}
