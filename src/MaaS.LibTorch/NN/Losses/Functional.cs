using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Softmax and negative log-likelihood of logits (N, C, …) against classes (N, …) int64 or probabilities (N, C, …).</summary>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100,
                Reduction reduction = Reduction.Mean, double label_smoothing = 0.0) =>
                Dispatcher.Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("nll_loss_nd", input, target, weight, (long)reduction);

            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("binary_cross_entropy", input, Like(input, target, nameof(binary_cross_entropy)), weight, (long)reduction);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null,
                Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Dispatcher.Call("binary_cross_entropy_with_logits", input, Like(input, target, nameof(binary_cross_entropy_with_logits)), weight, pos_weights, (long)reduction);

            public static Tensor multi_margin_loss(Tensor input, Tensor target, int p = 1, double margin = 1.0, Tensor? weight = null,
                Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("multi_margin_loss", input, target, (long)p, margin, weight, (long)reduction);

            public static Tensor multi_label_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("multilabel_margin_loss", input, target, (long)reduction);

            public static Tensor multilabel_soft_margin_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                using var scope = NewDisposeScope();
                var loss = binary_cross_entropy_with_logits(input, target, weight, Reduction.None);
                return Reduce(Dispatcher.Call("mean.dim", loss, new[] { -1L }), reduction).MoveToOuterDisposeScope();
            }

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("mse_loss", input, target, (long)reduction);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("l1_loss", input, target, (long)reduction);

            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0) =>
                Dispatcher.Call("smooth_l1_loss", input, target, (long)reduction, beta);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("huber_loss", input, target, (long)reduction, delta);

            public static Tensor poisson_nll_loss(Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1e-8f,
                Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("poisson_nll_loss", input, target, log_input, full, (double)eps, (long)reduction);

            /// <summary>Kullback-Leibler divergence; the target are log-probabilities unless log_target is false (PyTorch's default).</summary>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("kl_div", input, target, (long)reduction, log_target);

            public static Tensor soft_margin_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("soft_margin_loss", input, target, (long)reduction);

            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("cosine_embedding_loss", input1, input2, target, margin, (long)reduction);

            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("hinge_embedding_loss", input, target, margin, (long)reduction);

            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0.0, Reduction reduction = Reduction.Mean)
            {
                if (input1.dim() != input2.dim() || input1.dim() != target.dim())
                    throw new ArgumentException(
                        $"margin_ranking_loss: expected tensors of equally many dimensions, got {input1.dim()}, {input2.dim()} and {target.dim()}.", nameof(target));
                return Dispatcher.Call("margin_ranking_loss", input1, input2, target, margin, (long)reduction);
            }

            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1.0, long p = 2, double eps = 1e-06,
                bool swap = false, Reduction reduction = Reduction.Mean) =>
                Dispatcher.Call("triplet_margin_loss", anchor, positive, negative, margin, (double)p, eps, swap, (long)reduction);

            public static Tensor triplet_margin_with_distance_loss(Tensor anchor, Tensor positive, Tensor negative,
                Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1.0, bool swap = false, Reduction reduction = Reduction.Mean)
            {
                distance ??= (a, b) => pairwise_distance(a, b);
                using var scope = NewDisposeScope();
                var (near, far) = (distance(anchor, positive), distance(anchor, negative));
                if (swap) far = Dispatcher.Call("minimum", far, distance(positive, negative));
                return Reduce(near.sub(far).add(margin).clamp_min(0.0), reduction).MoveToOuterDisposeScope();
            }

            public static Tensor ctc_loss(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, long blank = 0,
                bool zero_infinity = false, Reduction reduction = Reduction.Mean)
            {
                // Libtorch reads memory outside of log_probs for other classes.
                if (targets.numel() > 0)
                {
                    using var scope = NewDisposeScope();
                    var classes = log_probs.shape[^1];
                    var wrong = targets.lt(0).logical_or_(targets.ge(classes));
                    if (targets.dim() == 2)   // What stands behind a target's length is padding.
                        wrong.logical_and_(arange(targets.shape[1], device: targets.device).lt(target_lengths.to(targets.device).reshape(-1, 1)));
                    if (wrong.any().ToBoolean())
                        throw new ArgumentException(
                            $"ctc_loss: expected targets from 0 to {classes - 1}, got {targets.masked_select(wrong)[0].ToInt64()}.", nameof(targets));
                }
                return Dispatcher.Call("ctc_loss.Tensor", log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);
            }

            // Libtorch would spread the smaller of the two over the larger.
            private static Tensor Like(Tensor input, Tensor target, string loss) => input.shape.AsSpan().SequenceEqual(target.shape)
                ? target
                : throw new ArgumentException(
                    $"{loss}: expected a target of the input's shape ({string.Join(", ", input.shape)}), got ({string.Join(", ", target.shape)}).", nameof(target));

            private static Tensor Reduce(Tensor losses, Reduction reduction) => reduction switch
            {
                Reduction.Mean => losses.mean(),
                Reduction.Sum => losses.sum(),
                _ => losses,
            };
        }
    }
}
