;;; livecode.el --- livecode in Emacs: evaluate blocks, see errors in place and what sounds light up  -*- lexical-binding: t; -*-

;; Version: 0.1
;; Package-Requires: ((emacs "27.1"))

;;; Commentary:

;; Start `livecode serve' first; port and token are found by themselves.
;;
;;   (require 'livecode)
;;   (add-hook 'python-mode-hook #'livecode-mode)
;;
;; C-c C-c evaluates the block, C-c C-l the line, C-c C-b the buffer, C-c C-s is silence, C-c C-u undo,
;; C-c C-k stops what is being evaluated, C-c C-d explains a name, C-c C-w asks how.

;;; Code:

(require 'json)
(require 'subr-x)

(defgroup livecode nil "Live coding for SuperCollider in Python." :group 'languages)

(defcustom livecode-key-file nil
  "The file that `livecode serve' writes; nil looks for it in the state folder."
  :type '(choice (const nil) file))

(defcustom livecode-flash-seconds 0.15 "How long an evaluated block flashes." :type 'number)

(defface livecode-flash '((t :inherit highlight)) "A block that has just been sent.")
(defface livecode-fault '((t :underline (:color "#f2708f" :style wave))) "Where an error is.")

(defconst livecode-colours
  ["#5ec8f2" "#f2a65e" "#9be26c" "#f2708f" "#c79bf2" "#f2d95e" "#5ef2c1" "#f28fd6"
   "#7d9cf2" "#d98a6a" "#c3e26c" "#e05e5e" "#a0b4c8" "#b98e3e" "#4fae8a" "#a66cc9"]
  "The colour of each slot.")

(defvar livecode--process nil)
(defvar livecode--held "")
(defvar livecode--ready nil)
(defvar livecode--queue nil)
(defvar livecode--number 0)
(defvar livecode--waiting (make-hash-table))
(defvar livecode--blocks (make-hash-table) "Markers at the beginning of blocks, by their number.")
(defvar livecode--lit nil "Overlays over what sounds.")
(defvar livecode-last-answer nil "The last answer that came.")

(defun livecode--key-file ()
  "Where `livecode serve' says how to reach it."
  (or livecode-key-file
      (expand-file-name
       "livecode/serve.json"
       (let ((named (getenv "XDG_STATE_HOME")))
         (cond ((and named (not (string-empty-p named))) named)
               ((eq system-type 'darwin) "~/Library/Application Support")
               (t "~/.local/state"))))))

(defun livecode--write (message)
  (process-send-string livecode--process (concat (json-serialize message) "\n")))

(defun livecode-disconnect ()
  "Leave."
  (interactive)
  (when (process-live-p livecode--process)
    (set-process-sentinel livecode--process #'ignore)
    (delete-process livecode--process))
  (setq livecode--process nil livecode--ready nil livecode--held "" livecode--queue nil))

(defun livecode-connect ()
  "Reach `livecode serve'."
  (interactive)
  (livecode-disconnect)
  (let ((file (livecode--key-file)))
    (unless (file-readable-p file)
      (user-error "livecode serve is not running (no %s)" file))
    (let ((key (with-temp-buffer
                 (insert-file-contents file)
                 (json-parse-buffer :object-type 'alist))))
      (setq livecode--process
            (make-network-process :name "livecode" :host "127.0.0.1" :service (alist-get 'port key)
                                  :coding 'utf-8 :noquery t
                                  :filter #'livecode--filter
                                  :sentinel (lambda (&rest _) (livecode-disconnect))))
      (livecode--write `(:token ,(alist-get 'token key) :watch t)))))

(defun livecode--filter (_process text)
  (setq livecode--held (concat livecode--held text))
  (while (string-match "\n" livecode--held)
    (let ((line (substring livecode--held 0 (match-beginning 0))))
      (setq livecode--held (substring livecode--held (match-end 0)))
      (livecode--handle (json-parse-string line :object-type 'alist :array-type 'list
                                           :false-object nil :null-object nil)))))

(defun livecode--handle (message)
  (let ((event (alist-get 'event message)))
    (cond
     ((equal event "lit") (livecode--show-lit (alist-get 'blocks message)))
     ((equal event "notice") (message "%s" (alist-get 'text message)))
     ((not livecode--ready)
      (if (not (alist-get 'ok message))
          (message "livecode: %s" (alist-get 'text message))
        (setq livecode--ready t)
        (mapc #'livecode--write (nreverse livecode--queue))
        (setq livecode--queue nil)))
     (t (let* ((number (alist-get 'id message))
               (asked (gethash number livecode--waiting)))
          (when asked
            (remhash number livecode--waiting)
            (setq livecode-last-answer message)
            (funcall asked message)))))))

(defun livecode-ask (message then)
  "Send MESSAGE, a property list; call THEN with the answer."
  (unless (process-live-p livecode--process) (livecode-connect))
  (setq livecode--number (1+ livecode--number))
  (puthash livecode--number then livecode--waiting)
  (let ((whole (append (list :id livecode--number) message)))
    (if livecode--ready (livecode--write whole) (push whole livecode--queue))))

(defun livecode--place (marker line column)
  "The position LINE lines below MARKER and COLUMN characters on, within that line."
  (with-current-buffer (marker-buffer marker)
    (save-excursion
      (save-restriction
        (widen)
        (goto-char marker)
        (when (zerop (forward-line line))
          (min (+ (point) column) (line-end-position)))))))

(defun livecode--show-lit (blocks)
  (mapc #'delete-overlay livecode--lit)
  (setq livecode--lit nil)
  (dolist (each blocks)
    (let ((marker (gethash (string-to-number (symbol-name (car each))) livecode--blocks)))
      (when (and marker (buffer-live-p (marker-buffer marker)))
        (dolist (range (cdr each))
          (let ((first (livecode--place marker (nth 0 range) (nth 1 range)))
                (last (livecode--place marker (nth 2 range) (nth 3 range))))
            (when (and first last (< first last))
              (let ((overlay (make-overlay first last (marker-buffer marker))))
                (overlay-put overlay 'livecode 'lit)
                (overlay-put overlay 'face `(:background ,(aref livecode-colours (mod (1- (nth 4 range)) 16))
                                             :foreground "#14161c"))
                (push overlay livecode--lit)))))))))

(defun livecode--flash (first last)
  (let ((overlay (make-overlay first last)))
    (overlay-put overlay 'face 'livecode-flash)
    (run-at-time livecode-flash-seconds nil #'delete-overlay overlay)))

(defun livecode--faulty (marker line answer)
  "Underline what ANSWER complains of; MARKER is where line LINE of the file was."
  (let* ((below (- (alist-get 'line answer) line))
         (first (livecode--place marker below (alist-get 'column answer)))
         (last (livecode--place marker below (+ (alist-get 'column answer) (alist-get 'width answer)))))
    (when (and first last)
      (let ((overlay (make-overlay first (max last (1+ first)) (marker-buffer marker))))
        (overlay-put overlay 'livecode 'fault)
        (overlay-put overlay 'face 'livecode-fault)
        (overlay-put overlay 'help-echo (alist-get 'text answer))))))

(defun livecode-eval-region (first last)
  "Evaluate what stands between FIRST and LAST."
  (interactive "r")
  (let* ((first (save-excursion (goto-char first) (line-beginning-position)))
         (marker (copy-marker first))
         (line (line-number-at-pos first t)))
    (livecode--flash first last)
    (livecode-ask
     (list :do "eval" :code (buffer-substring-no-properties first last)
           :file (or (buffer-file-name) (buffer-name)) :line line)
     (lambda (answer)
       (when (buffer-live-p (marker-buffer marker))
         (with-current-buffer (marker-buffer marker)
           (remove-overlays nil nil 'livecode 'fault)))
       (if (alist-get 'ok answer)
           (puthash (alist-get 'block answer) marker livecode--blocks)
         (when (> (or (alist-get 'line answer) 0) 0) (livecode--faulty marker line answer)))
       (unless (string-empty-p (alist-get 'text answer)) (message "%s" (alist-get 'text answer)))))))

(defun livecode--blank ()
  "Whether point's line is empty."
  (save-excursion (beginning-of-line) (looking-at-p "^[ \t]*$")))

(defun livecode-eval-block ()
  "Evaluate the lines around point, up to the empty ones."
  (interactive)
  (unless (livecode--blank)
    (let ((first (save-excursion
                   (while (and (zerop (forward-line -1)) (not (livecode--blank))))
                   (when (livecode--blank) (forward-line 1))
                   (line-beginning-position)))
          (last (save-excursion
                  (let ((end (line-end-position)))
                    (while (and (zerop (forward-line 1)) (not (eobp)) (not (livecode--blank)))
                      (setq end (line-end-position)))
                    end))))
      (livecode-eval-region first last))))

(defun livecode-eval-line ()
  "Evaluate this line."
  (interactive)
  (livecode-eval-region (line-beginning-position) (line-end-position)))

(defun livecode-eval-buffer ()
  "Evaluate everything."
  (interactive)
  (livecode-eval-region (point-min) (point-max)))

(defun livecode--act (verb &optional slot)
  (livecode-ask (append (list :do verb) (and slot (list :slot slot)))
                (lambda (answer)
                  (unless (string-empty-p (alist-get 'text answer)) (message "%s" (alist-get 'text answer))))))

(defun livecode-hush () "Silence." (interactive) (livecode--act "hush"))
(defun livecode-undo () "Take the last musical change back." (interactive) (livecode--act "undo"))
(defun livecode-redo () "Make it again." (interactive) (livecode--act "redo"))
(defun livecode-interrupt () "Stop what is being evaluated." (interactive) (livecode--act "interrupt"))
(defun livecode-mute (slot) "Mute SLOT." (interactive "nMute slot: ") (livecode--act "mute" slot))
(defun livecode-unmute (slot) "Unmute SLOT." (interactive "nUnmute slot: ") (livecode--act "unmute" slot))
(defun livecode-solo (slot) "Hear SLOT alone." (interactive "nSolo slot: ") (livecode--act "solo" slot))
(defun livecode-unsolo (slot) "Hear all again." (interactive "nUnsolo slot: ") (livecode--act "unsolo" slot))

(defun livecode-help (name)
  "Explain NAME."
  (interactive (list (read-string "Explain: " (thing-at-point 'symbol t))))
  (livecode-ask (list :do "help" :name name)
                (lambda (answer)
                  (with-help-window "*livecode*" (princ (alist-get 'text answer))))))

(defun livecode-how (wish)
  "Lines that fulfil WISH."
  (interactive "sHow do I ... ")
  (livecode-ask (list :do "how" :wish wish)
                (lambda (answer)
                  (with-help-window "*livecode*"
                    (dolist (each (alist-get 'lines answer))
                      (princ (format "%s   # %s\n" (alist-get 'line each) (alist-get 'meaning each))))))))

(defun livecode-completion-at-point ()
  "Names that fit here."
  (when (process-live-p livecode--process)
    (let ((before (buffer-substring-no-properties (line-beginning-position) (point)))
          (first (save-excursion (skip-chars-backward "[:alnum:]_") (point)))
          (names 'none))
      (livecode-ask (list :do "complete" :before before)
                    (lambda (answer) (setq names (alist-get 'names answer))))
      (with-timeout (1.0) (while (eq names 'none) (accept-process-output livecode--process 0.02)))
      (unless (eq names 'none)
        (list first (point) (mapcar (lambda (each) (alist-get 'name each)) names)
              :annotation-function
              (lambda (name)
                (let ((found (seq-find (lambda (each) (equal (alist-get 'name each) name)) names)))
                  (and found (concat "  " (alist-get 'meaning found)))))
              :exclusive 'no)))))

(defvar livecode-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-c") #'livecode-eval-block)
    (define-key map (kbd "C-c C-l") #'livecode-eval-line)
    (define-key map (kbd "C-c C-r") #'livecode-eval-region)
    (define-key map (kbd "C-c C-b") #'livecode-eval-buffer)
    (define-key map (kbd "C-c C-s") #'livecode-hush)
    (define-key map (kbd "C-c C-u") #'livecode-undo)
    (define-key map (kbd "C-c C-k") #'livecode-interrupt)
    (define-key map (kbd "C-c C-d") #'livecode-help)
    (define-key map (kbd "C-c C-w") #'livecode-how)
    map))

;;;###autoload
(define-minor-mode livecode-mode
  "Evaluate in livecode what stands here."
  :lighter " live"
  :keymap livecode-mode-map
  (if livecode-mode
      (add-hook 'completion-at-point-functions #'livecode-completion-at-point nil t)
    (remove-hook 'completion-at-point-functions #'livecode-completion-at-point t)))

(provide 'livecode)
;;; livecode.el ends here
